using Pool.Gateway.Media;

namespace Pool.Gateway.Streaming;

/// <summary>How fast segments follow each other.</summary>
public enum Pace
{
    /// <summary>As they come from a camera: a segment is sent when its time has come.</summary>
    Live,

    /// <summary>As fast as the orchestrator answers.</summary>
    Max,
}

/// <summary>The arithmetic of pacing, apart from the waiting.</summary>
public static class Pacing
{
    /// <summary>How long to wait before a segment is sent; never negative.</summary>
    /// <param name="pace">The pace.</param>
    /// <param name="segment">The next segment; the one before is through.</param>
    /// <param name="elapsed">Time since the stream started.</param>
    public static TimeSpan Wait(Pace pace, SourceSegment segment, TimeSpan elapsed) =>
        pace == Pace.Live && segment.Start > elapsed ? segment.Start - elapsed : TimeSpan.Zero;
}
