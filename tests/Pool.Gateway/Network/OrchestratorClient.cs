using Google.Protobuf;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Gateway.Network;

/// <summary>Asks an orchestrator for its terms and ends sessions, as a gateway without a key (protocol §3, §4.12).</summary>
/// <param name="service">Address of the orchestrator, https.</param>
/// <param name="needs">Capabilities every segment will ask for.</param>
public sealed class OrchestratorClient(Uri service, Capabilities needs)
{
    /// <summary>Address of the orchestrator.</summary>
    public Uri Service => service;

    /// <summary>Capabilities every segment asks for.</summary>
    public Capabilities Needs => needs;

    /// <summary>Asks for terms and checks that they can be used.</summary>
    /// <param name="limit">How long the answer may take: discovery and refresh differ.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="AttemptException">No answer, a refusal, or terms that cannot be used.</exception>
    public async Task<OrchestratorInfo> GetTermsAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var request = OrchestratorRequestSigning.CreateOffChain();
        request.Capabilities = needs.Clone();
        var terms = await CallAsync("GetOrchestrator", request, OrchestratorInfo.Parser, limit, cancellationToken);
        return Fault(terms) is { } fault
            ? throw new AttemptException($"the orchestrator at {service.Authority} cannot be used: {fault}")
            : terms;
    }

    /// <summary>Tells the orchestrator that a session is over.</summary>
    /// <exception cref="AttemptException">It did not take it.</exception>
    public Task EndSessionAsync(AuthToken token, CancellationToken cancellationToken) => CallAsync(
        "EndTranscodingSession", new EndTranscodingSessionRequest { AuthToken = token }, EndTranscodingSessionResponse.Parser,
        NetworkTimes.GrpcConnect, cancellationToken);

    /// <summary>What a gateway requires of terms before it uses them (protocol §3.4); null when nothing is wrong.</summary>
    private string? Fault(OrchestratorInfo terms)
    {
        if (!Uri.TryCreate(terms.Transcoder, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
<<<<<<< HEAD
            return $"its service address '{terms.Transcoder}' is no https address";
=======
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
>>>>>>> main
        }

        if (terms.AuthToken is null)
        {
            return "missing auth token";
        }

        return CapabilityCheck.IsCompatible(needs, terms.Capabilities) ? null : "it lacks capabilities these profiles need";
    }

    private async Task<T> CallAsync<T>(
        string method, IMessage request, MessageParser<T> parser, TimeSpan limit, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            return await GrpcCall.UnaryAsync(service, $"/net.Orchestrator/{method}", request, parser, timeout.Token);
        }
        catch (GrpcCallException refusal)
        {
            throw new AttemptException($"the orchestrator at {service.Authority} refuses: {refusal.Message}", refusal);
        }
        catch (HttpRequestException fault)
        {
            throw new AttemptException($"there is no orchestrator at {service.Authority}: {Innermost(fault)}", fault);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AttemptException($"the orchestrator at {service.Authority} did not answer {method} in {limit.TotalSeconds} s", late);
        }
    }

<<<<<<< HEAD
    private static string Innermost(Exception fault) => fault.GetBaseException().Message;
=======
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
>>>>>>> main
}
