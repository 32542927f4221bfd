using Pool.Shared.Media;

namespace Pool.Server.Verification;

/// <summary>The size that a rendition has to have (protocol §7.6, scale).</summary>
internal static class RenditionSize
{
    /// <summary>Sizes an encoder of the network takes, in pixels; for VP9, which it does not name, H.264's.</summary>
    private static readonly (int MinWidth, int MinHeight, int MaxSide) s_sizes = (146, 50, 4096);
    private static readonly (int MinWidth, int MinHeight, int MaxSide) s_hevcSizes = (132, 40, 8192);

    /// <summary>
    /// What is wrong with a size when nothing is known of the source, in a sentence; null when nothing is. The larger side becomes the larger
    /// side that was asked for, the other follows the input's aspect ratio; only a side below its minimum makes the larger one grow. So the
    /// larger side is exact unless the smaller one sits at its minimum.
    /// </summary>
    public static string? Fault(int width, int height, VideoProfile profile)
    {
        var (minWidth, minHeight, maxSide) = SizesOf(profile);
        var asked = LargerSide(profile);
        var (larger, smaller) = (Math.Max(width, height), Math.Min(width, height));
        var isAtMinimum = smaller == minHeight || smaller == minWidth;
        return larger == asked || (isAtMinimum && larger > asked && larger <= maxSide)
            ? null
            : $"it is {width}x{height}, but its larger side must be {asked} for the {profile.Width}x{profile.Height} asked for";
    }

    /// <summary>The exact size for a source of this size.</summary>
    public static (int Width, int Height) Of(int sourceWidth, int sourceHeight, VideoProfile profile)
    {
        var (minWidth, minHeight, _) = SizesOf(profile);
        var asked = LargerSide(profile);
        if (sourceWidth >= sourceHeight)
        {
            return FitSides(sourceWidth, sourceHeight, asked, minHeight);
        }

        var (larger, smaller) = FitSides(sourceHeight, sourceWidth, asked, minWidth);
        return (smaller, larger);
    }

    private static (int Larger, int Smaller) FitSides(int sourceLarger, int sourceSmaller, int larger, int minSmaller)
    {
        var smaller = NearestEven(larger, sourceSmaller, sourceLarger);
        return smaller >= minSmaller ? (larger, smaller) : (NearestEven(minSmaller, sourceLarger, sourceSmaller), minSmaller);
    }

    private static int LargerSide(VideoProfile profile)
    {
        var (minWidth, minHeight, maxSide) = SizesOf(profile);
        return Math.Max(Math.Clamp(profile.Width, minWidth, maxSide), Math.Clamp(profile.Height, minHeight, maxSide)) & ~1;
    }

    private static (int MinWidth, int MinHeight, int MaxSide) SizesOf(VideoProfile profile) => profile.Codec == VideoCodec.Hevc ? s_hevcSizes : s_sizes;

    /// <summary>FFmpeg's scale value −2: side × numerator ÷ denominator, to the nearest even number.</summary>
    private static int NearestEven(long side, long numerator, long denominator) => (int)(((side * numerator) + denominator) / (denominator * 2) * 2);
}
