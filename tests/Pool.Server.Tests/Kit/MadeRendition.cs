using System.Collections.Concurrent;
using System.Diagnostics;

namespace Pool.Server.Tests.Kit;

/// <summary>Real H.264 in MPEG-TS of a given size and number of frames, made by the ffmpeg program once a run.</summary>
internal static class MadeRendition
{
    private const int FramesPerSecond = 25;

    private static readonly ConcurrentDictionary<(int Width, int Height, int Frames), Lazy<byte[]>> s_made = new();

    public static byte[] Of(int width, int height, int frames) =>
        s_made.GetOrAdd((width, height, frames), static wanted => new Lazy<byte[]>(() => Make(wanted.Width, wanted.Height, wanted.Frames))).Value;

    private static byte[] Make(int width, int height, int frames)
    {
        var arguments = $"-v error -nostdin -f lavfi -i testsrc2=size={width}x{height}:rate={FramesPerSecond} -frames:v {frames} "
            + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -f mpegts pipe:1";
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { UseShellExecute = false, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("ffmpeg did not start.");
        using var bytes = new MemoryStream();
        ffmpeg.StandardOutput.BaseStream.CopyTo(bytes);
        ffmpeg.WaitForExit();
        return ffmpeg.ExitCode == 0 ? bytes.ToArray() : throw new InvalidOperationException($"ffmpeg {arguments} ended with {ffmpeg.ExitCode}.");
    }
}
