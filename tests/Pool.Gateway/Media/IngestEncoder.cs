using System.Globalization;

namespace Pool.Gateway.Media;

/// <summary>
/// Encodes a source that cannot be sent as it is to H.264 with a key frame every 2 s, as an encoder in front of a gateway would.
/// Every decoded frame is kept, with its time.
/// </summary>
public static class IngestEncoder
{
    /// <summary>Constant quality of the encoding: visually without loss, so that renditions still look like the source.</summary>
    private const string Quality = "18";

    /// <summary>Frames without a forced key frame that x264 may run; forced key frames come every 2 s at any frame rate below it.</summary>
    private const string FreeRunningGop = "1000";

    /// <summary>Why the video of a source must be encoded before it can be cut, judged by its format alone; null when it need not.</summary>
    public static string? Obstacle(VideoSource source)
    {
        if (source.VideoCodec is not "h264")
        {
            return $"its codec is {source.VideoCodec}";
        }

        if (!source.IsPlain420)
        {
            return $"its pixel format is {source.PixelFormat}";
        }

        return source.RotationDegrees == 0 ? null : $"it is stored rotated by {source.RotationDegrees}°";
    }

    /// <summary>Encodes <paramref name="source"/> into the MPEG-TS file <paramref name="target"/>.</summary>
    /// <exception cref="Cli.UserFaultException">ffmpeg refused.</exception>
    public static async Task EncodeAsync(VideoSource source, string target, CancellationToken cancellationToken)
    {
        var encoding = await MediaTool.FfmpegAsync(
            ["-i", MediaTool.Literal(source.Path), .. Splitter.Streams(source), .. Arguments(source), .. Splitter.Audio(source), "-f", "mpegts", target],
            cancellationToken);
        if (encoding.ExitCode != 0)
        {
            throw MediaFault.Of($"{source.Path} cannot be encoded to H.264", encoding);
        }
    }

    /// <summary>Arguments that encode the video.</summary>
    internal static IEnumerable<string> Arguments(VideoSource source)
    {
        var keyFrames = string.Create(CultureInfo.InvariantCulture, $"expr:gte(t,n_forced*{SegmentPlan.Target.TotalSeconds})");
        return
        [
            "-fps_mode:v", "passthrough", "-enc_time_base:v", "-1", .. EvenSize(source),
            "-c:v", "libx264", "-preset", "veryfast", "-crf", Quality, "-pix_fmt", "yuv420p", "-sc_threshold", "0",
            "-g", FreeRunningGop, "-force_key_frames", keyFrames,
        ];
    }

    /// <summary>4:2:0 needs even sizes: an odd last line or column is cut off.</summary>
    private static IEnumerable<string> EvenSize(VideoSource source) =>
        source.Width % 2 == 0 && source.Height % 2 == 0 ? [] : ["-vf", "crop=trunc(iw/2)*2:trunc(ih/2)*2"];
}
