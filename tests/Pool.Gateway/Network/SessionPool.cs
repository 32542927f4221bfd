using Pool.Shared.Livepeer.Wire;

namespace Pool.Gateway.Network;

/// <summary>A session that a segment may be sent in. It goes back by <see cref="SessionPool"/>'s Complete, Release or Drop.</summary>
public sealed record SessionLease(GatewaySession Session, SegmentInFlight Segment, OrchestratorInfo Terms);

/// <summary>
/// A stream's sessions with orchestrators: found when needed, refreshed before their token ends, dropped after an error, used again as a
/// stock gateway does (protocol §4.11, §8.1 to §8.3). Where a stock gateway looks for orchestrators in the background and loses segments
/// meanwhile, this one waits, so that what is measured is the orchestrator.
/// </summary>
/// <param name="orchestrators">The list a gateway is started with (static discovery, protocol §8.1).</param>
/// <param name="time">The clock.</param>
public sealed class SessionPool(IReadOnlyList<OrchestratorClient> orchestrators, TimeProvider time) : IDisposable
{
    /// <summary>More sessions than this are never waited for (protocol §8.1, maxRefreshSessionsThreshold).</summary>
    private const int MaxRefreshThreshold = 8;

    private readonly long _epoch = time.GetTimestamp();
    private readonly SemaphoreSlim _choosing = new(1);
    private readonly Lock _lock = new();
    private readonly List<GatewaySession> _sessions = [];
    private readonly HashSet<OrchestratorClient> _suspended = [];
    private GatewaySession? _last;

    /// <summary>Sessions that segments were sent in so far; a renewed token begins a new one.</summary>
    public int Opened { get; private set; }

    /// <summary>Asks every orchestrator of a list, and fails when none can be used.</summary>
    /// <exception cref="AttemptException">None can be used; the message is the first one's.</exception>
    public static Task RequireOneAsync(IReadOnlyList<OrchestratorClient> orchestrators, CancellationToken cancellationToken) =>
        Discovery.FindAsync(orchestrators, cancellationToken);

    /// <summary>Chooses the session for a segment of this duration, finding orchestrators first when there are too few.</summary>
    /// <exception cref="AttemptException">There is none: <see cref="AttemptException.IsWithoutSession"/>.</exception>
    public async Task<SessionLease> TakeAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        await _choosing.WaitAsync(cancellationToken);
        try
        {
            await RefillAsync(cancellationToken);
            GatewaySession session;
            lock (_lock)
            {
                session = SessionChoice.Choose(_sessions, _last, Now()) ?? throw AttemptException.NoSession("No sessions available");
                _last = session;
            }

            await RenewAsync(session, cancellationToken);
            lock (_lock)
            {
                Opened += session.IsUsed ? 0 : 1;
                return new SessionLease(session, session.Begin(Now(), duration), session.Terms);
            }
        }
        finally
        {
            _choosing.Release();
        }
    }

    /// <summary>Gives back a session after a good answer; new terms in it replace the old ones (protocol §4.8).</summary>
    public void Complete(SessionLease lease, OrchestratorInfo? terms)
    {
        lock (_lock)
        {
            lease.Session.End(lease.Segment);
            lease.Session.Score(Now() - lease.Segment.Since, lease.Segment);
            lease.Session.Terms = terms ?? lease.Session.Terms;
            _suspended.Remove(lease.Session.Orchestrator);
        }
    }

    /// <summary>Ends what came to nothing: the session stays when the segment is to blame, and goes when the orchestrator is.</summary>
    public void GiveUp(SessionLease lease, AttemptException fault)
    {
        if (fault.IsInputFault)
        {
            Release(lease);
        }
        else
        {
            Drop(lease);
        }
    }

    /// <summary>Gives back a session whose orchestrator is not to blame for an error (protocol §4.11).</summary>
    public void Release(SessionLease lease)
    {
        lock (_lock)
        {
            lease.Session.End(lease.Segment);
        }
    }

    /// <summary>Ends all sessions at the end of the stream. An orchestrator that does not take it ends its session by itself.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        GatewaySession[] ended;
        lock (_lock)
        {
            ended = [.. _sessions];
            _sessions.Clear();
            _last = null;
        }

        await Task.WhenAll(ended.Select(session => EndAsync(session, cancellationToken)));
    }

    /// <inheritdoc />
    public void Dispose() => _choosing.Dispose();

    /// <summary>Whether a token has less than the margin left.</summary>
    internal static bool IsNearlyOver(OrchestratorInfo terms, DateTimeOffset now) =>
        terms.AuthToken.Expiration < (now + NetworkTimes.TokenMargin).ToUnixTimeSeconds();

    /// <summary>Forgets a session after an error and suspends its orchestrator: others are preferred when sessions are next looked for.</summary>
    private void Drop(SessionLease lease)
    {
        lock (_lock)
        {
            lease.Session.End(lease.Segment);
            Forget(lease.Session);
        }
    }

    private static async Task EndAsync(GatewaySession session, CancellationToken cancellationToken)
    {
        try
        {
            await session.Orchestrator.EndSessionAsync(session.Terms.AuthToken, cancellationToken);
        }
        catch (AttemptException)
        {
            // Fire and forget (protocol §4.12): the idle time-out does the rest.
        }
    }

    private TimeSpan Now() => time.GetElapsedTime(_epoch);

    private void Forget(GatewaySession session)
    {
        if (_sessions.Remove(session))
        {
            _suspended.Add(session.Orchestrator);
        }

        _last = ReferenceEquals(_last, session) ? null : _last;
    }

    /// <summary>Looks for orchestrators when fewer than half of them have a session; suspended ones come after the others.</summary>
    private async Task RefillAsync(CancellationToken cancellationToken)
    {
        OrchestratorClient[] missing;
        int held;
        lock (_lock)
        {
            held = _sessions.Count;
            missing = [.. orchestrators.Except(_sessions.Select(session => session.Orchestrator))];
        }

        if (held >= Math.Min(MaxRefreshThreshold, (orchestrators.Count + 1) / 2))
        {
            return;
        }

        IReadOnlyList<GatewaySession> found;
        try
        {
            found = await Discovery.FindAsync(missing, cancellationToken);
        }
        catch (AttemptException) when (held > 0)
        {
            return;
        }

        lock (_lock)
        {
            _sessions.AddRange(found.OrderBy(session => _suspended.Contains(session.Orchestrator)));
        }
    }

    private async Task RenewAsync(GatewaySession session, CancellationToken cancellationToken)
    {
        if (!IsNearlyOver(session.Terms, time.GetUtcNow()) && !await session.Orchestrator.AreOverAsync(session.Terms, cancellationToken))
        {
            return;
        }

        try
        {
            session.Terms = await session.Orchestrator.GetTermsAsync(NetworkTimes.Refresh, cancellationToken);
            Opened += session.IsUsed ? 1 : 0;
        }
        catch (AttemptException)
        {
            lock (_lock)
            {
                Forget(session);
            }

            throw;
        }
    }
}
