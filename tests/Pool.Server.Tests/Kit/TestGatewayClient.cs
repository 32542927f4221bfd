using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Pool.Gateway.Network;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Kit;

/// <summary>A gateway as the server sees one: gRPC over HTTP/2, segments over either HTTP version, nothing verified.</summary>
internal sealed class TestGatewayClient(Uri network) : IDisposable
{
    private readonly HttpClient _http2 = NetworkConnections.Http2(Patience.Limit);
    private readonly HttpClient _http11 = NetworkConnections.Http11(Patience.Limit);

    /// <summary>Terms of a new session (protocol §3).</summary>
    public Task<OrchestratorInfo> GetOrchestratorAsync() =>
        CallAsync("GetOrchestrator", new OrchestratorRequest { Address = ByteString.CopyFrom(new byte[20]), Capabilities = TestJob.Job() }, OrchestratorInfo.Parser);

    public Task EndSessionAsync(AuthToken? token) =>
        CallAsync("EndTranscodingSession", new EndTranscodingSessionRequest { AuthToken = token }, EndTranscodingSessionResponse.Parser);

    /// <summary>Any method of the network's service; a refusal is a <see cref="GrpcCallException"/>.</summary>
    public Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser)
        where T : class, IMessage<T> =>
        GrpcCall.UnaryAsync(network, $"/net.Orchestrator/{method}", request, parser, Patience.Limit, CancellationToken.None).WaitAsync(Patience.Limit);

    /// <summary>Sends a good segment in the session of <paramref name="terms"/> and waits for its whole answer.</summary>
    public async Task<SegmentAnswer> SegmentAsync(OrchestratorInfo terms, long sequence = 1, HttpVersion? version = null)
    {
        var segment = TestJob.Segment((int)sequence);
        return await SegmentAsync(TestJob.Credentials(terms, segment, sequence), segment, version);
    }

    /// <summary>Sends a segment with these credentials and waits for its whole answer.</summary>
    public async Task<SegmentAnswer> SegmentAsync(SegData credentials, byte[] segment, HttpVersion? version = null)
    {
        using var response = await BeginSegmentAsync(credentials, segment, version);
        return await SegmentAnswer.ReadAsync(response);
    }

    /// <summary>Sends a segment and waits for the headers of its answer only.</summary>
    public Task<HttpResponseMessage> BeginSegmentAsync(
        SegData credentials, byte[] segment, HttpVersion? version = null, CancellationToken cancellationToken = default)
    {
        var request = SegmentRequest(WireHeaders.Encode(credentials), segment);
        return SendAsync(request, version, cancellationToken);
    }

    /// <summary>A request with this text as the segment's header.</summary>
    public HttpRequestMessage SegmentRequest(string header, byte[] segment)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(network, "/segment")) { Content = new ByteArrayContent(segment) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("video/MP2T");
        request.Headers.TryAddWithoutValidation(WireHeaders.Segment, header);
        request.Headers.TryAddWithoutValidation(WireHeaders.Payment, "");
        return request;
    }

    /// <summary>Sends any request and waits for the headers of its answer.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpVersion? version = null, CancellationToken cancellationToken = default)
    {
        var chosen = version ?? HttpVersion.Two;
        request.Version = chosen == HttpVersion.Two ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return (chosen == HttpVersion.Two ? _http2 : _http11)
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).WaitAsync(Patience.Limit, cancellationToken);
    }

    /// <summary>Downloads a rendition as gateways do, over HTTP/1.1 (protocol §4.9).</summary>
    public Task<HttpResponseMessage> DownloadAsync(string url) => SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(url)), HttpVersion.One);

    /// <summary>A connection of its own after its handshake; closing it closes the socket.</summary>
    /// <param name="options">What the handshake asks for; its host and that nothing is verified are added.</param>
    /// <param name="from">The address of this machine that it comes from.</param>
    public async Task<SslStream> ConnectAsync(SslClientAuthenticationOptions? options = null, IPAddress? from = null)
    {
        var client = from is null ? new TcpClient() : new TcpClient(new IPEndPoint(from, 0));
        try
        {
            await client.ConnectAsync(network.Host, network.Port);
            options ??= new SslClientAuthenticationOptions();
            options.TargetHost = network.Host;
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
            var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(options).WaitAsync(Patience.Limit);
            return tls;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Status and text of a path that is written exactly like this on the wire: nothing in it is tidied up.</summary>
    public async Task<(int Status, string Text)> GetRawAsync(string path)
    {
        await using var tls = await ConnectAsync();
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {network.Authority}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(tls, Encoding.Latin1);
        var answer = await reader.ReadToEndAsync().WaitAsync(Patience.Limit);
        return (int.Parse(answer.Split(' ')[1]), answer);
    }

    /// <summary>
    /// Sends exactly these bytes over HTTP/1.1 and reads until the answer has <paramref name="end"/> in it or the server has closed; the
    /// connection stays open until then, whatever the bytes promised.
    /// </summary>
    public async Task<string> SendRawAsync(byte[] bytes, string end)
    {
        await using var tls = await ConnectAsync();
        await tls.WriteAsync(bytes);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().Contains(end, StringComparison.Ordinal) && await tls.ReadAsync(buffer).AsTask().WaitAsync(Patience.Limit) is > 0 and var count)
        {
            answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return answer.ToString();
    }

    public void Dispose()
    {
        _http2.Dispose();
        _http11.Dispose();
    }
}

/// <summary>Which HTTP a request goes over; both must work on the one port (protocol §1.1).</summary>
internal enum HttpVersion
{
    One,
    Two,
}

/// <summary>The whole answer to a segment.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Text">The body as text when the status is not 200.</param>
/// <param name="Result">The message when it is.</param>
internal sealed record SegmentAnswer(int Status, string Text, TranscodeResult? Result)
{
    /// <summary>The error inside the 200, or empty.</summary>
    public string Error => Result is { ResultCase: TranscodeResult.ResultOneofCase.Error } result ? result.Error : "";

    /// <summary>The renditions of a good answer.</summary>
    public IReadOnlyList<TranscodedSegmentData> Renditions =>
        Result is { ResultCase: TranscodeResult.ResultOneofCase.Data } result
            ? result.Data.Segments
            : throw new InvalidOperationException($"There is no result, but {Status} {Text}{Error}");

    public static async Task<SegmentAnswer> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync().WaitAsync(Patience.Limit);
        return response.StatusCode == HttpStatusCode.OK
            ? new SegmentAnswer(200, "", TranscodeResult.Parser.ParseFrom(body))
            : new SegmentAnswer((int)response.StatusCode, Encoding.UTF8.GetString(body), null);
    }
}
