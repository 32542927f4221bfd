namespace Pool.Server.Dispatch.Policies;

/// <summary>When a second worker is set on a segment whose first one is not through: late enough that few need it, early enough that it helps.</summary>
internal static class HedgeTime
{
    /// <summary>Share of the segment's duration that every worker gets: a gateway swaps orchestrators at about one duration.</summary>
    public const double DurationShare = 0.5;

    /// <summary>A worker gets this many times what it was expected to take.</summary>
    public const double ExpectedFactor = 1.5;

    /// <summary>Time from the assignment to the hedge: the longer of the two.</summary>
    /// <param name="duration">The segment's duration.</param>
    /// <param name="expected">What the worker was expected to take; null when nobody knows.</param>
    public static TimeSpan After(TimeSpan duration, TimeSpan? expected)
    {
        var share = duration * DurationShare;
        return expected * ExpectedFactor is { } patience && patience > share ? patience : share;
    }
}
