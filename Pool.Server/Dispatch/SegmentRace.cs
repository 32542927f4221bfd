namespace Pool.Server.Dispatch;

/// <summary>The attempts at one segment race for one place: the first good result is the segment's, every other is not.</summary>
internal sealed class SegmentRace
{
    private LiveAssignment? _winner;

    /// <summary>True for one caller only, whoever asks at the same time.</summary>
    public bool TryWin(LiveAssignment assignment) => Interlocked.CompareExchange(ref _winner, assignment, null) is null;
}
