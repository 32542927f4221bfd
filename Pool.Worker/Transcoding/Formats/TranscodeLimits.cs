namespace Pool.Worker.Transcoding.Formats;

/// <summary>What the engine takes at most. Every limit is checked before memory or time is spent on what is above it.</summary>
internal static class TranscodeLimits
{
    /// <summary>Longest segment of the network, in whole seconds: 300.9 s is taken, 301 s is not (protocol §1.4, §7.6 guards).</summary>
    internal const int MaxSeconds = 300;

    /// <summary>Largest segment and largest rendition, in bytes (protocol §1.4).</summary>
    internal const int MaxBytes = 300_000_000;

    /// <summary>Frames of a segment: 300 s of the fastest common cameras, 240 frames per second.</summary>
    internal const int MaxFrames = MaxSeconds * 240;

    /// <summary>Longest side of the input, in pixels; also the most that H.264 and HEVC levels allow.</summary>
    internal const int MaxInputSide = 16_384;

    /// <summary>Pixels of a frame of the input: HEVC level 6.2 and VP9 level 6.2. A decoded frame then has at most 107 MB.</summary>
    internal const int MaxInputPixels = 35_651_584;

    /// <summary>Streams of a container; a segment has one video and a few of sound, a broadcast multiplex has tens.</summary>
    internal const int MaxStreams = 64;

    /// <summary>Bytes that are looked at to learn what the streams are: FFmpeg's own figure.</summary>
    internal const int ProbeBytes = 5_000_000;

    /// <summary>Microseconds of media that are looked at to learn what the streams are: FFmpeg's own figure.</summary>
    internal const int ProbeMicroseconds = 5_000_000;

    /// <summary>Renditions of a job; the network's transcoder takes no more.</summary>
    internal const int MaxRenditions = 10;

    /// <summary>Highest frame rate that can be asked for; above it every input is a runaway (protocol §7.6, guards).</summary>
    internal const int MaxFramesPerSecond = 1000;

    /// <summary>Highest constant rate factor (protocol §2.4, quality).</summary>
    internal const int MaxQuality = 63;
}
