namespace Pool.Gateway.Media;

/// <summary>A video file and what ffprobe says of its first video and its first audio stream.</summary>
public sealed record VideoSource
{
    /// <summary>Absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>Index of the video stream in the file; cover pictures do not count.</summary>
    public required int VideoIndex { get; init; }

    /// <summary>Codec of the video stream as FFmpeg names it, e.g. <c>h264</c>.</summary>
    public required string VideoCodec { get; init; }

    /// <summary>Pixel format as FFmpeg names it, e.g. <c>yuv420p</c>.</summary>
    public required string PixelFormat { get; init; }

    /// <summary>Width in pixels as it is shown, after rotation.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels as it is shown, after rotation.</summary>
    public required int Height { get; init; }

    /// <summary>Clockwise or not, any rotation that a player applies, in degrees; 0 when it is stored upright.</summary>
    public int RotationDegrees { get; init; }

    /// <summary>Seconds per tick of the video stream's timestamps, as a fraction.</summary>
    public required TimeBase TimeBase { get; init; }

    /// <summary>Index of the audio stream, or null when there is none.</summary>
    public int? AudioIndex { get; init; }

    /// <summary>Codec of the audio stream as FFmpeg names it, or null.</summary>
    public string? AudioCodec { get; init; }

    /// <summary>Whether the picture is 8-bit 4:2:0, the format every orchestrator decodes (protocol §2.3: 21–25 are optional).</summary>
    public bool IsPlain420 => PixelFormat is "yuv420p" or "yuvj420p";
}

/// <summary>A tick of a stream's clock: <see cref="Numerator"/> ÷ <see cref="Denominator"/> seconds.</summary>
public readonly record struct TimeBase(long Numerator, long Denominator)
{
    /// <summary>The span of <paramref name="ticks"/> ticks, rounded to 100 ns.</summary>
    public TimeSpan Span(long ticks) =>
        TimeSpan.FromTicks((long)Math.Round((decimal)ticks * Numerator * TimeSpan.TicksPerSecond / Denominator));
}
