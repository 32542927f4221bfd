using System.Globalization;

namespace Pool.Gateway.Media;

/// <summary>Makes a clip to stream: motion, noise and stereo sound, H.264 + AAC in MP4 with a key frame every 2 s.</summary>
public static class TestClip
{
    /// <summary>Frames per second of the clip.</summary>
    public const int FrameRate = 30;

    /// <summary>Writes the clip to <paramref name="path"/>.</summary>
    /// <exception cref="Cli.UserFaultException">ffmpeg refused.</exception>
    public static async Task MakeAsync(string path, int width, int height, TimeSpan length, CancellationToken cancellationToken)
    {
        var seconds = length.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        var keyFrames = FrameRate * (int)SegmentPlan.Target.TotalSeconds;
        var making = await MediaTool.FfmpegAsync(
            ["-f", "lavfi", "-i", $"testsrc2=size={width}x{height}:rate={FrameRate}:duration={seconds}",
                "-f", "lavfi", "-i", $"sine=frequency=440:duration={seconds}:sample_rate=48000",
                "-f", "lavfi", "-i", $"sine=frequency=660:beep_factor=4:duration={seconds}:sample_rate=48000",
                "-filter_complex", "[0:v]noise=alls=12:allf=t,format=yuv420p[v];[1:a][2:a]join=inputs=2:channel_layout=stereo[a]",
                "-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23",
                "-g", keyFrames.ToString(CultureInfo.InvariantCulture), "-sc_threshold", "0",
                "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", "-f", "mp4", MediaTool.Literal(path)],
            cancellationToken);
        if (making.ExitCode != 0)
        {
            throw MediaFault.Of($"The clip {path} cannot be made", making);
        }
    }
}
