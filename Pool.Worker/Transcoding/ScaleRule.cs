namespace Pool.Worker.Transcoding;

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
    internal static (int Width, int Height) Fit(int inputWidth, int inputHeight, int boxWidth, int boxHeight)
    {
        var larger = Math.Max(Math.Clamp(boxWidth, MinWidth, MaxSide), Math.Clamp(boxHeight, MinHeight, MaxSide)) & ~1;
        return inputWidth >= inputHeight
            ? FitSides(inputWidth, inputHeight, larger, MinHeight)
            : Swap(FitSides(inputHeight, inputWidth, larger, MinWidth));
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
