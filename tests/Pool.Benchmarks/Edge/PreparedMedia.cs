using System.Diagnostics;
using Pool.Shared.Media;

namespace Pool.Benchmarks.Edge;

/// <summary>A segment's bytes and what workers answer it with: about 1 MB in, 1.4 MB in four renditions out, as of 2 s of 720p.</summary>
/// <param name="Segment">Random bytes: only their number and their hash matter to the edge.</param>
/// <param name="Profiles">What the gateways ask for.</param>
/// <param name="Renditions">Real H.264 in MPEG-TS for each profile: the server counts it.</param>
internal sealed record PreparedMedia(byte[] Segment, IReadOnlyList<VideoProfile> Profiles, IReadOnlyList<byte[]> Renditions)
{
    /// <summary>How long a segment plays.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    /// <summary>Frames of each rendition.</summary>
    public const int Frames = 60;

    private const int SegmentBytes = 1_000_000;
    private const int FramesPerSecond = 30;
    private const int Seed = 1;

    private static readonly (string Name, int Width, int Height, int Kbps)[] s_ladder =
        [("720p", 1280, 720, 3000), ("480p", 854, 480, 1400), ("360p", 640, 360, 800), ("240p", 426, 240, 400)];

    /// <summary>Makes the renditions with the ffmpeg program.</summary>
    /// <exception cref="InvalidOperationException">ffmpeg failed.</exception>
    public static PreparedMedia Make()
    {
        var segment = new byte[SegmentBytes];
        new Random(Seed).NextBytes(segment);
        return new PreparedMedia(
            segment,
            [.. s_ladder.Select(rung => new VideoProfile { Name = rung.Name, Width = rung.Width, Height = rung.Height, BitrateBps = rung.Kbps * 1000 })],
            [.. s_ladder.Select(rung => Encode(rung.Width, rung.Height, rung.Kbps))]);
    }

    private static byte[] Encode(int width, int height, int kbps)
    {
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg",
        [
            "-v", "error", "-nostdin", "-f", "lavfi", "-i", $"testsrc2=size={width}x{height}:rate={FramesPerSecond},noise=alls=20:allf=t", "-frames:v", $"{Frames}",
            "-c:v", "libx264", "-preset", "veryfast", "-b:v", $"{kbps}k", "-minrate", $"{kbps}k", "-maxrate", $"{kbps}k", "-bufsize", $"{kbps}k",
            "-pix_fmt", "yuv420p", "-f", "mpegts", "pipe:1",
        ])
        { UseShellExecute = false, RedirectStandardOutput = true }) ?? throw new InvalidOperationException("ffmpeg did not start.");
        using var bytes = new MemoryStream();
        ffmpeg.StandardOutput.BaseStream.CopyTo(bytes);
        ffmpeg.WaitForExit();
        return ffmpeg.ExitCode == 0 ? bytes.ToArray() : throw new InvalidOperationException($"ffmpeg could not encode {width}x{height} ({ffmpeg.ExitCode}).");
    }
}
