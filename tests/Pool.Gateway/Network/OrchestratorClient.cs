using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Gateway.Network;

/// <summary>
/// Speaks to an orchestrator as a stock off-chain gateway does (protocol §0): gRPC on a connection of its own for each call, segments
/// over HTTP/2, renditions over HTTP/1.1; no certificate is verified.
/// </summary>
public sealed class OrchestratorClient : IDisposable
{
    private const string SegmentType = "video/MP2T";
    private const int GrpcPrefixBytes = 5;

    private readonly Uri _orchestrator;
    private readonly HttpClient _segments = Client();
    private readonly HttpClient _downloads = Client();

    public OrchestratorClient(Uri orchestrator) => _orchestrator = orchestrator;

    /// <summary>Asks for a session (protocol §3).</summary>
    /// <exception cref="OrchestratorException">Nobody answers, or the answer is an error or cannot be used.</exception>
    public async Task<OrchestratorInfo> GetOrchestratorAsync(Capabilities capabilities, CancellationToken cancellationToken)
    {
        var request = OrchestratorRequestSigning.CreateOffChain();
        request.Capabilities = capabilities;
        var info = await CallAsync("GetOrchestrator", request, OrchestratorInfo.Parser, cancellationToken);
        return info switch
        {
            { AuthToken: null } => throw new OrchestratorException("the orchestrator gave no auth token"),
            { Transcoder: "" } => throw new OrchestratorException("the orchestrator gave no service URI"),
            _ when !CapabilityCheck.IsCompatible(capabilities, info.Capabilities) => throw new OrchestratorException("the orchestrator cannot do what this job needs"),
            _ => info,
        };
    }

    /// <summary>Ends a session (protocol §4.12).</summary>
    /// <exception cref="OrchestratorException">The orchestrator refused.</exception>
    public Task EndSessionAsync(AuthToken token, CancellationToken cancellationToken) =>
        CallAsync("EndTranscodingSession", new EndTranscodingSessionRequest { AuthToken = token }, EndTranscodingSessionResponse.Parser, cancellationToken);

    /// <summary>Pushes a segment and waits for its result (protocol §4).</summary>
    /// <exception cref="OrchestratorException">Anything but a result.</exception>
    public async Task<TranscodeResult> PushAsync(OrchestratorInfo info, SegData segment, byte[] bytes, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{info.Transcoder}/segment")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(bytes),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(SegmentType);
        request.Headers.TryAddWithoutValidation(WireHeaders.Segment, WireHeaders.Encode(segment));
        request.Headers.TryAddWithoutValidation(WireHeaders.Payment, "");
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        whole.CancelAfter(GatewayTimeouts.Whole(duration));
        using var headers = CancellationTokenSource.CreateLinkedTokenSource(whole.Token);
        headers.CancelAfter(GatewayTimeouts.Headers(duration));
        try
        {
            using var response = await _segments.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, headers.Token);
            var body = await response.Content.ReadAsByteArrayAsync(whole.Token);
            return response.StatusCode == HttpStatusCode.OK
                ? TranscodeResult.Parser.ParseFrom(body)
                : throw new OrchestratorException(System.Text.Encoding.UTF8.GetString(body).Trim());
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            var what = whole.IsCancellationRequested ? $"no result within {GatewayTimeouts.Whole(duration).TotalSeconds:0.#} s" : $"no response headers within {GatewayTimeouts.Headers(duration).TotalSeconds:0.#} s";
            throw new OrchestratorException(what, late);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or InvalidProtocolBufferException)
        {
            throw new OrchestratorException(broken.Message, broken);
        }
    }

    /// <summary>Downloads a rendition (protocol §4.9): HTTP/1.1, 4 s, exactly 200.</summary>
    /// <exception cref="OrchestratorException">It did not come.</exception>
    public async Task<byte[]> DownloadAsync(string url, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(GatewayTimeouts.Download);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await _downloads.SendAsync(request, timeout.Token);
            return response.StatusCode == HttpStatusCode.OK
                ? await response.Content.ReadAsByteArrayAsync(timeout.Token)
                : throw new OrchestratorException($"a rendition answered {(int)response.StatusCode}");
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OrchestratorException($"a rendition did not come within {GatewayTimeouts.Download.TotalSeconds:0} s", late);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new OrchestratorException(broken.Message, broken);
        }
    }

    public void Dispose()
    {
        _segments.Dispose();
        _downloads.Dispose();
    }

    private async Task<TResponse> CallAsync<TResponse>(string method, IMessage message, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        // Stock gateways open a connection for every call, and so do we.
        using var http = Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_orchestrator, $"/net.Orchestrator/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(message)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(GatewayTimeouts.Discovery);
        try
        {
            using var response = await http.SendAsync(request, timeout.Token);
            var body = await response.Content.ReadAsByteArrayAsync(timeout.Token);
            var status = Header(response.TrailingHeaders, "grpc-status") ?? Header(response.Headers, "grpc-status");
            if (status != "0")
            {
                var text = Header(response.TrailingHeaders, "grpc-message") ?? Header(response.Headers, "grpc-message");
                throw new OrchestratorException(text is null ? $"gRPC status {status ?? "missing"}" : Uri.UnescapeDataString(text));
            }

            return parser.ParseFrom(body.AsSpan(Math.Min(body.Length, GrpcPrefixBytes)));
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OrchestratorException($"{_orchestrator} did not answer within {GatewayTimeouts.Discovery.TotalSeconds:0} s", late);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or InvalidProtocolBufferException)
        {
            throw new OrchestratorException($"{_orchestrator} cannot be reached: {broken.Message}", broken);
        }
    }

    private static byte[] Frame(IMessage message)
    {
        var bytes = message.ToByteArray();
        var frame = new byte[GrpcPrefixBytes + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame, GrpcPrefixBytes);
        return frame;
    }

    private static string? Header(HttpHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.First() : null;

    /// <summary>Gateways verify no certificate of an orchestrator: it is self-signed (protocol §1.2).</summary>
    private static bool AcceptAny(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => true;

    private static HttpClient Client() => new(new SocketsHttpHandler
    {
        ConnectTimeout = GatewayTimeouts.Connect,
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = AcceptAny },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
