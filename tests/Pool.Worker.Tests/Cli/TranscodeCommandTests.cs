using System.Text.Json;
using Pool.Worker.Tests.Transcoding;

namespace Pool.Worker.Tests.Cli;

/// <summary><c>pool-worker transcode</c> as a process, its files judged by ffprobe.</summary>
public sealed class TranscodeCommandTests : IDisposable
{
    private const string Clip = "-f lavfi -i testsrc2=size=320x180:rate=30:duration=4 -f lavfi -i sine=duration=4 -c:v libx264 -g 60 -pix_fmt yuv420p -c:a aac";

    private readonly string _folder = Directory.CreateTempSubdirectory("pool-transcode-").FullName;

    [Fact]
    public async Task A_video_becomes_a_file_for_each_profile_with_every_frame()
    {
        var video = Save("clip.ts", MediaTool.Make(Clip));

        var (exit, output, error) = await RunAsync("transcode", video, "--profiles", "P240p30fps16x9,P144p30fps16x9", "--out", Out);

        Assert.Equal("", error);
        Assert.Equal(0, exit);
        Assert.Contains("2 segments, 4.0 s of video", output, StringComparison.Ordinal);
        var large = MediaTool.Probe(await File.ReadAllBytesAsync(Path.Combine(Out, "P240p30fps16x9.ts")));
        var small = MediaTool.Probe(await File.ReadAllBytesAsync(Path.Combine(Out, "P144p30fps16x9.ts")));
        Assert.Equal(((426, 240), 120), (large.Size, large.Frames));
        Assert.Equal(((256, 144), 120), (small.Size, small.Frames));
    }

    [Fact]
    public async Task The_report_says_what_was_done_and_where_the_files_are()
    {
        var video = Save("clip.ts", MediaTool.Make(Clip));
        var profiles = Save("profiles.json",
            """[{"name":"../odd name","width":128,"height":72,"bitrate":100000,"fps":30},{"name":".. odd name","width":64,"height":36,"bitrate":50000,"fps":30}]"""u8.ToArray());

        var (exit, output, _) = await RunAsync("transcode", video, "--profiles", profiles, "--out", Out, "--streams", "2", "--json");

        Assert.Equal(0, exit);
        using var report = JsonDocument.Parse(output);
        var streams = report.RootElement.GetProperty("streams").EnumerateArray().ToList();
        Assert.Equal(2, streams.Count);
        Assert.All(streams, stream => Assert.Equal(120, stream.GetProperty("segments").EnumerateArray().Sum(segment => segment.GetProperty("frames").GetInt32())));
        var paths = streams.SelectMany(stream => stream.GetProperty("renditions").EnumerateArray()).Select(one => one.GetProperty("paths")[0].GetString()!).ToList();
        Assert.Equal(4, paths.Distinct(StringComparer.Ordinal).Count());
        Assert.All(paths, path => Assert.StartsWith(Out + "/", path, StringComparison.Ordinal));
        Assert.All(paths, path => Assert.Equal(120, MediaTool.Probe(File.ReadAllBytes(path)).Frames));
        Assert.Equal(await File.ReadAllBytesAsync(paths[0]), await File.ReadAllBytesAsync(paths[2]));
    }

    [Fact]
    public async Task A_missing_video_an_unreadable_one_and_wrong_options_get_a_line_each()
    {
        var text = Save("notes.txt", "this is no video"u8.ToArray());
        (string[] Arguments, string Line)[] cases =
        [
            (["transcode", "/nowhere/clip.mp4", "--out", Out], "there is no file /nowhere/clip.mp4"),
            (["transcode", _folder, "--out", Out], $"{_folder} is a folder"),
            (["transcode", text, "--out", Out], $"{text} is no video in MPEG-TS, MP4, Matroska or FLV"),
            (["transcode", text, "--out", Out, "--profiles", "P9000p"], "--profiles: entry 1 ('P9000p') is no preset"),
            (["transcode", text, "--out", Out, "--segment", "-1"], "--segment: '-1' is not a number of seconds from 0 to 300"),
            (["transcode", text, "--out", Out, "--streams", "0"], "--streams: '0' is not a number from 1 to 64"),
            (["transcode", text], "--out"),
        ];

        foreach (var (arguments, line) in cases)
        {
            var (exit, output, error) = await RunAsync(arguments);

            Assert.NotEqual(0, exit);
            Assert.Contains(line, error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd().Split('\n'));
            Assert.Empty(output);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Out => Path.Combine(_folder, "out");

    private string Save(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var program = WorkerProgram.Start(arguments);
        return await program.EndAsync();
    }
}
