using Google.Protobuf;
using Pool.Gateway.Payments;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Gateway.Network;

/// <summary>Asks an orchestrator for its terms and ends sessions (protocol §3, §4.12).</summary>
/// <param name="service">Address of the orchestrator, https.</param>
/// <param name="needs">Capabilities every segment will ask for.</param>
/// <param name="wallet">The gateway's account; null is a gateway without a key.</param>
public sealed class OrchestratorClient(Uri service, Capabilities needs, GatewayWallet? wallet = null)
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
        var request = wallet?.Request() ?? OrchestratorRequestSigning.CreateOffChain();
        request.Capabilities = needs.Clone();
        var terms = await CallAsync("GetOrchestrator", request, OrchestratorInfo.Parser, limit, cancellationToken);
        return Fault(terms) is { } fault
            ? throw new AttemptException($"the orchestrator at {service.Authority} cannot be used: {fault}")
            : terms;
    }

    /// <summary>Whether terms can take no more tickets, so that new ones are needed before the next segment (protocol §5.8).</summary>
    /// <exception cref="AttemptException">Nobody can tell.</exception>
    public async Task<bool> AreOverAsync(OrchestratorInfo terms, CancellationToken cancellationToken) =>
        wallet is not null && await wallet.AreOverAsync(terms, cancellationToken);

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
            return $"its service address '{terms.Transcoder}' is no https address";
        }

        if (terms.AuthToken is null)
        {
            return "missing auth token";
        }

        if (wallet is not null && (terms.TicketParams is null || terms.PriceInfo is not { PricePerUnit: >= 0, PixelsPerUnit: > 0 }))
        {
            return "missing ticket parameters or price";
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
            return await GrpcCall.UnaryAsync(service, $"/net.Orchestrator/{method}", request, parser, NetworkTimes.GrpcConnect, timeout.Token);
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

    private static string Innermost(Exception fault) => fault.GetBaseException().Message;
}
