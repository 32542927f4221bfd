using Pool.Shared.Media;

namespace Pool.Server.Verification;

/// <summary>Holds the renditions of one segment against each other: they were made of the same frames.</summary>
public static class RenditionSetCheck
{
    /// <summary>
    /// Why these renditions cannot be of one segment, in a sentence; null when they can. Those whose profiles ask for the same frame rate,
    /// or for the input's, have the same number of frames over the same time: a worker that leaves frames out of one of them is found without decoding.
    /// </summary>
    public static string? Fault(IEnumerable<(VideoProfile Profile, RenditionCount Count)> renditions)
    {
        foreach (var alike in renditions.GroupBy(rendition => FrameRate(rendition.Profile)))
        {
            var first = alike.First();
            foreach (var other in alike.Where(other => other.Count.Frames != first.Count.Frames))
            {
                return $"rendition '{other.Profile.Name}' has {other.Count.Frames} frames, but '{first.Profile.Name}' has {first.Count.Frames}";
            }

            foreach (var other in alike.Where(other => (other.Count.Span - first.Count.Span).Duration() > first.Count.Duration - first.Count.Span))
            {
                return $"rendition '{other.Profile.Name}' lasts {other.Count.Duration.TotalSeconds:0.###} s, but '{first.Profile.Name}' {first.Count.Duration.TotalSeconds:0.###} s";
            }
        }

        return null;
    }

    /// <summary>The frame rate in lowest terms; 0 passes the input's frames through.</summary>
    private static (uint Numerator, uint Denominator) FrameRate(VideoProfile profile)
    {
        if (profile.FrameRateNumerator == 0)
        {
            return (0, 1);
        }

        var denominator = Math.Max(profile.FrameRateDenominator, 1);
        var divisor = (uint)System.Numerics.BigInteger.GreatestCommonDivisor(profile.FrameRateNumerator, denominator);
        return (profile.FrameRateNumerator / divisor, denominator / divisor);
    }
}
