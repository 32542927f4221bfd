using Pool.Shared.Media;

namespace Pool.Worker.Transcoding.Pipeline;

/// <summary>Sizes that an encoder of the network takes, in pixels (protocol §7.6, scale).</summary>
internal readonly record struct EncoderSizes(int MinWidth, int MinHeight, int MaxSide)
{
    private static readonly EncoderSizes s_h264 = new(ScaleRule.MinWidth, ScaleRule.MinHeight, ScaleRule.MaxSide);
    private static readonly EncoderSizes s_hevc = new(132, 40, 8192);

    /// <summary>The network names none for VP9: H.264's are taken.</summary>
    internal static EncoderSizes Of(VideoCodec codec) => codec == VideoCodec.Hevc ? s_hevc : s_h264;

    /// <summary>Whether a size can be encoded; of very long or high inputs, the large side grows beyond all bounds.</summary>
    internal bool Takes((int Width, int Height) size) => size.Width <= MaxSide && size.Height <= MaxSide;
}

/// <summary>The size that is really encoded for a profile's box (protocol §7.6, scale).</summary>
internal static class ScaleRule
{
    // What an H.264 encoder of the network takes.
    internal const int MinWidth = 146;
    internal const int MinHeight = 50;
    internal const int MaxSide = 4096;

    /// <summary>
    /// The larger side of the input becomes the larger side of the clamped box, rounded down to even; the other follows the input's
    /// aspect ratio to the nearest even number. A small side below its minimum is set to it, and then the large one follows.
    /// </summary>
    internal static (int Width, int Height) Fit(int inputWidth, int inputHeight, int boxWidth, int boxHeight, VideoCodec codec = VideoCodec.H264)
    {
        var sizes = EncoderSizes.Of(codec);
        var larger = Math.Max(
            Math.Clamp(boxWidth, sizes.MinWidth, sizes.MaxSide), Math.Clamp(boxHeight, sizes.MinHeight, sizes.MaxSide)) & ~1;
        return inputWidth >= inputHeight
            ? FitSides(inputWidth, inputHeight, larger, sizes.MinHeight)
            : Swap(FitSides(inputHeight, inputWidth, larger, sizes.MinWidth));
    }

    private static (int Larger, int Smaller) FitSides(int inputLarger, int inputSmaller, int larger, int minSmaller)
    {
        var smaller = NearestEven(larger, inputSmaller, inputLarger);
        return smaller >= minSmaller ? (larger, smaller) : (NearestEven(minSmaller, inputLarger, inputSmaller), minSmaller);
    }

    /// <summary>FFmpeg's scale value −2: side × numerator ÷ denominator, to the nearest even number.</summary>
    private static int NearestEven(long side, long numerator, long denominator) =>
        (int)(((side * numerator) + denominator) / (denominator * 2) * 2);

    private static (int Width, int Height) Swap((int Larger, int Smaller) size) => (size.Smaller, size.Larger);
}
