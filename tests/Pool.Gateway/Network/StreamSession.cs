using Pool.Shared.Livepeer.Wire;

namespace Pool.Gateway.Network;

/// <summary>A stream's session with an orchestrator: made when needed, refreshed before its token ends, dropped after an error (protocol §4.11, §8.3).</summary>
public sealed class StreamSession(OrchestratorClient orchestrator, TimeProvider time)
{
    private OrchestratorInfo? _terms;

    /// <summary>Sessions opened so far.</summary>
    public int Opened { get; private set; }

    /// <summary>Terms that can be used now.</summary>
    /// <exception cref="AttemptException">No orchestrator offers any.</exception>
    public async Task<OrchestratorInfo> TermsAsync(CancellationToken cancellationToken)
    {
        if (_terms is null)
        {
            _terms = await orchestrator.GetTermsAsync(NetworkTimes.Discovery, cancellationToken);
            Opened++;
        }
        else if (IsNearlyOver(_terms, time.GetUtcNow()))
        {
            _terms = await orchestrator.GetTermsAsync(NetworkTimes.Refresh, cancellationToken);
            Opened++;
        }

        return _terms;
    }

    /// <summary>Takes over the terms of a good answer; without terms the old ones stay (protocol §4.8).</summary>
    public void Adopt(OrchestratorInfo? terms) => _terms = terms ?? _terms;

    /// <summary>Forgets the session after an error: the next segment asks again.</summary>
    public void Drop() => _terms = null;

    /// <summary>Ends the session at the end of the stream. An orchestrator that does not take it ends the session by itself.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_terms is not { } terms)
        {
            return;
        }

        _terms = null;
        try
        {
            await orchestrator.EndSessionAsync(terms.AuthToken, cancellationToken);
        }
        catch (AttemptException)
        {
            // Fire and forget (protocol §4.12): the idle time-out does the rest.
        }
    }

    /// <summary>Whether a token has less than the margin left.</summary>
    internal static bool IsNearlyOver(OrchestratorInfo terms, DateTimeOffset now) =>
        terms.AuthToken.Expiration < (now + NetworkTimes.TokenMargin).ToUnixTimeSeconds();
}
