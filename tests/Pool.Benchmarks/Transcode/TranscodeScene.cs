using System.Globalization;

namespace Pool.Benchmarks.Transcode;

/// <summary>What is transcoded: a clip, its segments, and the renditions that are asked for.</summary>
internal sealed class TranscodeScene
{
    /// <summary>Length of a segment on the network.</summary>
    public const int SegmentSeconds = 2;

    /// <summary>Frames per second of the clip.</summary>
    public const int FrameRate = 30;

    /// <summary>The ladder of the goal: 720p30 to 720, 480, 360 and 240 lines.</summary>
    public static readonly IReadOnlyList<(string Name, int Width, int Height, int Bitrate)> Ladder =
    [
        ("720p", 1280, 720, 3_000_000), ("480p", 854, 480, 1_600_000), ("360p", 640, 360, 800_000), ("240p", 426, 240, 250_000),
    ];

    private TranscodeScene(string folder) => Folder = folder;

    /// <summary>Everything is below this folder.</summary>
    public string Folder { get; }

    public string Clip => Path.Combine(Folder, "clip.mp4");

    public string Profiles => Path.Combine(Folder, "profiles.json");

    public IReadOnlyList<string> Segments => [.. Directory.GetFiles(Path.Combine(Folder, "segments"), "*.ts").Order(StringComparer.Ordinal)];

    /// <summary>Makes the clip (motion and noise, so that an encoder has to work, and sound) or takes a person's, and cuts it.</summary>
    public static async Task<TranscodeScene> MakeAsync(string folder, string? video, int seconds, TimeProvider time)
    {
        var scene = new TranscodeScene(folder);
        Directory.CreateDirectory(Path.Combine(folder, "segments"));
        string[] source = video is not null
            ? ["-i", video, "-vf", string.Create(CultureInfo.InvariantCulture, $"scale=1280:720,fps={FrameRate}"), "-t", Text(seconds)]
            : ["-f", "lavfi", "-i", $"testsrc2=size=1280x720:rate={FrameRate}:duration={seconds},noise=alls=12:allf=t",
                "-f", "lavfi", "-i", $"sine=frequency=440:duration={seconds}:sample_rate=48000"];
        await MeasuredProcess.RunAsync("ffmpeg",
            ["-v", "error", "-y", .. source, "-c:v", "libx264", "-preset", "veryfast", "-b:v", "6M", "-pix_fmt", "yuv420p",
                "-force_key_frames", $"expr:gte(t,n_forced*{SegmentSeconds})", "-sc_threshold", "0", "-c:a", "aac", "-ac", "2", scene.Clip], time);
        await MeasuredProcess.RunAsync("ffmpeg",
            ["-v", "error", "-y", "-i", scene.Clip, "-c", "copy", "-copyts", "-f", "segment", "-segment_time", Text(SegmentSeconds),
                "-segment_format", "mpegts", Path.Combine(folder, "segments", "%04d.ts")], time);
        await File.WriteAllTextAsync(scene.Profiles,
            "[" + string.Join(",", Ladder.Select(one =>
                $$"""{"name":"{{one.Name}}","width":{{one.Width}},"height":{{one.Height}},"bitrate":{{one.Bitrate}}}""")) + "]");
        return scene;
    }

    /// <summary>
    /// The arguments of an ffmpeg that makes the ladder with the network's settings (protocol §7.6). Without a muxing delay, as the library has it:
    /// the program's own would move all timestamps by 1.4 s.
    /// </summary>
    /// <param name="input">The clip, or one of its segments.</param>
    /// <param name="target">Beginning of the files' paths.</param>
    public static IEnumerable<string> FFmpegArguments(string input, string target) =>
    [
        "-v", "error", "-y", "-copyts", "-i", input, .. Ladder.SelectMany(one => (IEnumerable<string>)
        [
            "-map", "0:v", "-map", "0:a?", "-c:a", "copy", "-c:v", "libx264", "-preset", "medium", "-bf", "3",
            "-b:v", Text(one.Bitrate), "-minrate", Text(one.Bitrate), "-maxrate", Text(one.Bitrate), "-bufsize", Text(one.Bitrate),
            "-vf", $"scale={one.Width}:{one.Height}", "-forced-idr", "1", "-force_key_frames", $"expr:gte(t,n_forced*{SegmentSeconds})",
            "-muxdelay", "0", "-f", "mpegts", $"{target}{one.Name}.ts",
        ]),
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
