using Pool.Shared.Livepeer.Wire;

namespace Pool.Gateway.Network;

/// <summary>A session with one orchestrator, as a stream holds it (protocol §4.11, §8.2). <see cref="SessionPool"/> guards it.</summary>
public sealed class GatewaySession(OrchestratorClient orchestrator, OrchestratorInfo terms)
{
    /// <summary>Segments shorter than this count as this long, for scores and for patience (protocol §4.11).</summary>
    public static readonly TimeSpan ShortestDuration = TimeSpan.FromSeconds(1.5);

    private readonly List<SegmentInFlight> _inFlight = [];

    /// <summary>Whose session it is.</summary>
    public OrchestratorClient Orchestrator => orchestrator;

    /// <summary>The terms that count now.</summary>
    public OrchestratorInfo Terms { get; internal set; } = terms;

    /// <summary>Total time of the last call ÷ duration of its segment, lower is better; null until one came back (protocol §4.11).</summary>
    public double? LatencyScore { get; private set; }

    /// <summary>Whether a segment has been sent in it.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Whether no segment is under way.</summary>
    public bool IsIdle => _inFlight.Count == 0;

    /// <summary>The oldest segment under way.</summary>
    internal SegmentInFlight? Oldest => _inFlight.Count == 0 ? null : _inFlight[0];

    /// <summary>Notes that a segment is sent.</summary>
    internal SegmentInFlight Begin(TimeSpan at, TimeSpan duration)
    {
        var segment = new SegmentInFlight(at, duration > ShortestDuration ? duration : ShortestDuration);
        IsUsed = true;
        _inFlight.Add(segment);
        return segment;
    }

    /// <summary>Notes that a segment is back, well or not.</summary>
    internal void End(SegmentInFlight segment) => _inFlight.RemoveAll(other => ReferenceEquals(other, segment));

    /// <summary>Notes how long a good answer took.</summary>
    internal void Score(TimeSpan took, SegmentInFlight segment) => LatencyScore = took / segment.Duration;
}

/// <summary>A segment that was sent and is not back.</summary>
/// <param name="Since">When, on the pool's clock.</param>
/// <param name="Duration">How long it plays, at least <see cref="GatewaySession.ShortestDuration"/>.</param>
public sealed record SegmentInFlight(TimeSpan Since, TimeSpan Duration);

/// <summary>Which session the next segment goes to; the rules of a stock gateway, apart from the waiting (protocol §4.11, §8.2).</summary>
public static class SessionChoice
{
    /// <summary>A score up to this keeps a session; above it, an orchestrator that was never tried is tried (protocol §8.2).</summary>
    private const double GoodScore = 1.0;

    /// <summary>A last session that is busy is used again when there is no other, up to this many durations (protocol §4.11).</summary>
    private const int LastResortDurations = 2;

    /// <summary>The session to use, or null when there is none.</summary>
    /// <param name="sessions">All sessions of the stream, in the order in which they were found.</param>
    /// <param name="last">The session of the segment before.</param>
    /// <param name="now">Time on the pool's clock.</param>
    public static GatewaySession? Choose(IReadOnlyList<GatewaySession> sessions, GatewaySession? last, TimeSpan now)
    {
        if (last is not null && (IsBusyFor(last, now, durations: 1) || last is { IsIdle: true, LatencyScore: <= GoodScore }))
        {
            return last;
        }

        var known = sessions.Where(session => session is { IsIdle: true, LatencyScore: not null }).MinBy(session => session.LatencyScore);
        var unknown = sessions.FirstOrDefault(session => session is { IsIdle: true, LatencyScore: null });
        var chosen = known?.LatencyScore <= GoodScore ? known : unknown ?? known;
        return chosen ?? (last is not null && IsBusyFor(last, now, LastResortDurations) ? last : null);
    }

    /// <summary>Whether a segment is under way in it, and not for longer than so many of its durations.</summary>
    private static bool IsBusyFor(GatewaySession session, TimeSpan now, int durations) =>
        session.Oldest is { } oldest && now - oldest.Since < durations * oldest.Duration;
}
