namespace Pool.Worker.Transcoding.Host;

/// <summary>How one attempt at a segment in one host ended.</summary>
internal abstract record HostAttempt
{
    private HostAttempt()
    {
    }

    /// <summary>The host gave an answer and lives.</summary>
    internal sealed record Ended(TranscodeOutcome Outcome) : HostAttempt;

    /// <summary>The host died, or had to be killed.</summary>
    /// <param name="Reason">A sentence for people.</param>
    /// <param name="IsSuspect">This segment may be why: it was being worked on, and no other is known to be why.</param>
    internal sealed record Died(string Reason, bool IsSuspect) : HostAttempt;

    /// <summary>The segment took longer than its limit. The host was told to stop it, or was killed when it did not.</summary>
    internal sealed record Overdue : HostAttempt;
}

/// <summary>One segment's order to a host.</summary>
/// <param name="Job">What is asked for.</param>
/// <param name="Segment">The segment's bytes.</param>
/// <param name="Limit">Most time it may take, waiting for its sink not counted.</param>
/// <param name="OnHang">Called with the segment's fingerprint when the order was cancelled and the host had to be killed because it did not let go.</param>
internal sealed record HostOrder(TranscodeJob Job, SegmentBuffer Segment, TimeSpan Limit, Action<string> OnHang);
