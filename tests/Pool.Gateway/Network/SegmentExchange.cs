using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Pool.Gateway.Media;
using Pool.Gateway.Payments;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.Gateway.Network;

/// <summary>Sends segments and fetches renditions (protocol §4.1, §4.4, §4.8, §4.9).</summary>
/// <param name="needs">Capabilities of the job.</param>
/// <param name="profiles">Profiles of the job.</param>
/// <param name="wallet">The gateway's account; null is a gateway without a key.</param>
public sealed class SegmentExchange(Capabilities needs, IReadOnlyList<VideoProfile> profiles, GatewayWallet? wallet = null) : IDisposable
{
    /// <summary>Media type of every segment, whatever its container (protocol §4.1).</summary>
    private const string SegmentType = "video/MP2T";

    /// <summary>What the field for profiles of old readers always holds (protocol §4.4).</summary>
    private const string LegacyProfiles = "invalid";

    /// <summary>Longest text of an error that is read, in bytes; a result is never longer than a gRPC message.</summary>
    private const int MaxAnswerBytes = 4 * 1024 * 1024;

    private readonly HttpClient _segments = NetworkConnections.Http2(NetworkTimes.SegmentDial);
    private readonly HttpClient _renditions = NetworkConnections.Http11(NetworkTimes.Download);

    /// <summary>Sends a segment, with a payment where there is an account, and waits for its result.</summary>
    /// <exception cref="AttemptException">The attempt failed; the message is the network's text.</exception>
    /// <exception cref="Cli.UserFaultException">The account can pay nobody.</exception>
    public async Task<TranscodeResult> SendAsync(
        OrchestratorInfo terms, string manifestId, SourceSegment segment, byte[] bytes, CancellationToken cancellationToken)
    {
        if (wallet is not null)
        {
            await wallet.RequireFundsAsync(terms, cancellationToken);
        }

        var payment = wallet?.Pay(terms, profiles, segment.Duration);
        try
        {
            var result = await SendAsync(terms, manifestId, segment, bytes, payment, cancellationToken);
            payment?.Complete(result.Data.Segments.Sum(rendition => rendition.Pixels));
            return result;
        }
        catch (Exception fault)
        {
            payment?.Fail(fault.Message);
            throw;
        }
    }

    /// <summary>Whether the orchestrator signed these renditions; without an account nobody asks (protocol §8.4).</summary>
    public bool IsSigned(OrchestratorInfo terms, TranscodeData data, IReadOnlyList<string> files) =>
        wallet is null || ResultSigning.IsSignedBy(
            Address.FromWire(terms.Address.Span), files.Select(file => Keccak256.Hash(File.ReadAllBytes(file))), data.Sig.Span);

    private async Task<TranscodeResult> SendAsync(
        OrchestratorInfo terms, string manifestId, SourceSegment segment, byte[] bytes, GatewayPayment? payment, CancellationToken cancellationToken)
    {
        using var call = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        call.CancelAfter(NetworkTimes.SegmentCall(segment.Duration));
        using var headers = CancellationTokenSource.CreateLinkedTokenSource(call.Token);
        headers.CancelAfter(NetworkTimes.SegmentHeaders(segment.Duration));
        using var request = Request(terms, Credentials(terms, manifestId, segment, bytes), payment, bytes);
        try
        {
            using var response = await _segments.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, headers.Token);
            headers.CancelAfter(Timeout.InfiniteTimeSpan);
            payment?.MarkAnswered();
            var body = await ReadAsync(response, call.Token);
            return response.StatusCode == HttpStatusCode.OK
                ? Read(body, segment.Sequence)
                : throw new AttemptException(ErrorText(response.StatusCode, body));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new AttemptException($"the connection failed: {fault.GetBaseException().Message}", fault);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AttemptException(
                call.IsCancellationRequested
                    ? $"no result within {NetworkTimes.SegmentCall(segment.Duration).TotalSeconds:0.###} s"
                    : $"no response headers within {NetworkTimes.SegmentHeaders(segment.Duration).TotalSeconds:0.###} s",
                late);
        }
    }

    /// <summary>Fetches a rendition into a file.</summary>
    /// <exception cref="AttemptException">It did not come whole, with status 200 and in time.</exception>
    public async Task DownloadAsync(string url, string target, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(NetworkTimes.Download);
        byte[] bytes;
        try
        {
            using var response = await _renditions.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new AttemptException($"the download of {url} was answered {(int)response.StatusCode}");
            }

            await response.Content.LoadIntoBufferAsync(SourceSegment.MaxBytes, timeout.Token);
            bytes = await response.Content.ReadAsByteArrayAsync(timeout.Token);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new AttemptException($"the download of {url} failed: {fault.GetBaseException().Message}", fault);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AttemptException($"the download of {url} took more than {NetworkTimes.Download.TotalSeconds} s", late);
        }

        // A full disk is our own fault and no reason to try another orchestrator: it passes as it is.
        await File.WriteAllBytesAsync(target, bytes, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _segments.Dispose();
        _renditions.Dispose();
    }

    /// <summary>The segment's credentials (protocol §4.4).</summary>
    internal SegData Credentials(OrchestratorInfo terms, string manifestId, SourceSegment segment, byte[] bytes)
    {
        var credentials = new SegData
        {
            ManifestId = ByteString.CopyFromUtf8(manifestId),
            Seq = segment.Sequence,
            Hash = ByteString.CopyFrom(Keccak256.Hash(bytes)),
            Profiles = ByteString.CopyFromUtf8(LegacyProfiles),
            Duration = (int)segment.Duration.TotalMilliseconds,
            Capabilities = needs.Clone(),
            AuthToken = terms.AuthToken,
        };
        if (segment.Clip is { } clip)
        {
            credentials.SegmentParameters = new SegParameters { From = clip.FromMs, To = clip.ToMs };
        }

        credentials.ForceSessionReinit = segment.IsNewFormat;
        SegDataProfiles.Write(credentials, profiles);
        if (wallet is not null)
        {
            credentials.Sig = ByteString.CopyFrom(wallet.Sign(credentials, profiles.Select(profile => profile.Name)));
        }

        return credentials;
    }

    /// <summary>Checks a result: its number, its kind, a rendition for every profile, and terms that can be used (protocol §4.8, §4.11).</summary>
    internal TranscodeResult Read(byte[] body, int sequence)
    {
        TranscodeResult result;
        try
        {
            result = TranscodeResult.Parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException wrong)
        {
            throw new AttemptException($"the result cannot be read: {wrong.Message}", wrong);
        }

        var fault = result switch
        {
            { ResultCase: TranscodeResult.ResultOneofCase.Error } => result.Error.Trim(),
            { ResultCase: TranscodeResult.ResultOneofCase.None } => "UnknownResponse",
            _ when result.Seq != sequence => $"the result is of segment {result.Seq}",
            _ when result.Data.Segments.Count != profiles.Count =>
                $"the result has {result.Data.Segments.Count} renditions for {profiles.Count} profiles",
            { Info: { AuthToken: null } } => "missing auth token",
            _ => result.Data.Segments.Any(rendition => !IsWebAddress(rendition.Url)) ? "a rendition has no http address" : null,
        };
        return fault is null ? result : throw new AttemptException(fault);
    }

    private static bool IsWebAddress(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);

    private static HttpRequestMessage Request(OrchestratorInfo terms, SegData credentials, GatewayPayment? payment, byte[] bytes)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(terms.Transcoder + "/segment"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(bytes),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(SegmentType);
        request.Headers.Add(WireHeaders.Segment, WireHeaders.Encode(credentials));
        request.Headers.TryAddWithoutValidation(WireHeaders.Payment, payment is null ? "" : WireHeaders.Encode(payment.Message));
        return request;
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    private static string ErrorText(HttpStatusCode status, byte[] body)
    {
        var text = System.Text.Encoding.UTF8.GetString(body).Trim();
        return text.Length > 0 ? text : $"HTTP {(int)status} without a text";
    }
}
