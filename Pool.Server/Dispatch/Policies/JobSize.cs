using Pool.Shared.Media;

namespace Pool.Server.Dispatch.Policies;

/// <summary>How much there is to do for a segment, as far as one can tell before it is done.</summary>
/// <param name="Pixels">Pixels of all renditions.</param>
/// <param name="Bytes">Length of the segment.</param>
internal readonly record struct JobSize(long Pixels, long Bytes)
{
    /// <summary>What a profile that passes the source's frames through is taken for, in frames per second.</summary>
    public const int AssumedFrameRate = 30;

    private const double MillisecondsPerSecond = 1000;

    public static JobSize Of(SegmentWork work)
    {
        var seconds = work.DurationMilliseconds / MillisecondsPerSecond;
        return new JobSize((long)work.Profiles.Sum(profile => (double)profile.Width * profile.Height * FramesPerSecond(profile) * seconds), work.Source.Length);
    }

    private static double FramesPerSecond(VideoProfile profile) => profile.FrameRateNumerator == 0
        ? AssumedFrameRate
        : (double)profile.FrameRateNumerator / Math.Max(profile.FrameRateDenominator, 1);
}
