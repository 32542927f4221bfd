using Pool.Shared.Media;

namespace Pool.Worker.Tests.Transcoding.Host;

/// <summary>Segments that several tests use, made once.</summary>
internal static class Clips
{
    private const string Encoder = "-c:v libx264 -preset veryfast -pix_fmt yuv420p";

    private static readonly Lazy<byte[]> s_tiny = new(() => MediaTool.Make(
        $"-f lavfi -i testsrc2=size=160x96:rate=10:duration=1 -f lavfi -i sine=duration=1:sample_rate=48000 {Encoder} -g 10 -c:a aac -shortest"));

    private static readonly Lazy<byte[]> s_long = new(() => MediaTool.Make(
        $"-f lavfi -i testsrc2=size=320x180:rate=30:duration=5,noise=alls=8:allf=t {Encoder} -g 60"));

    private static readonly Lazy<byte[]> s_huge = new(() => MediaTool.Make(
        "-f lavfi -i testsrc2=size=3840x2160:rate=30:duration=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 60"));

    private static readonly Lazy<IReadOnlyList<byte[]>> s_mixed = new(() =>
    [
        Tiny,
        MediaTool.Make("-f lavfi -i testsrc2=size=192x108:rate=25:duration=0.4 -c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p", "mp4"),
        MediaTool.Make("-f lavfi -i testsrc2=size=256x144:rate=25:duration=0.4 -f lavfi -i sine=duration=0.4:sample_rate=48000 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus", "webm"),
        MediaTool.Make($"-f lavfi -i testsrc2=size=1280x720:rate=30 -frames:v 6 {Encoder}"),
        MediaTool.Make($"-f lavfi -i testsrc2=size=90x160:rate=30 -frames:v 10 {Encoder}", "flv"),
    ]);

    /// <summary>Streams of several sizes, codecs and containers, with and without sound.</summary>
    public static IReadOnlyList<byte[]> Mixed => s_mixed.Value;

    /// <summary>One second of ten small frames, with sound.</summary>
    public static byte[] Tiny => s_tiny.Value;

    /// <summary>Five seconds: when the first bytes of <see cref="Rich"/> come out, most of the work is still to be done.</summary>
    public static byte[] Long => s_long.Value;

    /// <summary>Frames so large that a decoder needs hundreds of megabytes.</summary>
    public static byte[] Huge => s_huge.Value;

    /// <summary>Small and quick.</summary>
    public static VideoProfile Small { get; } = new() { Name = "96p", Width = 160, Height = 96, BitrateBps = 0, Quality = 28 };

    /// <summary>
    /// Many bytes, so that they come out in many pieces, and the same every time: without a limit on the bitrate x264's threads do not
    /// influence one another.
    /// </summary>
    public static VideoProfile Rich { get; } = new() { Name = "180p", Width = 320, Height = 180, BitrateBps = 0, Quality = 20 };
}
