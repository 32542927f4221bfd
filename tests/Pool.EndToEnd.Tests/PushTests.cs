using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using Pool.Gateway.Output;
using Pool.Gateway.Progress;
using Pool.Gateway.Push;
using Pool.Shared.Livepeer;
using Pool.Tests.Kit;

namespace Pool.EndToEnd.Tests;

/// <summary>Segments pushed by programs that are not ours: curl and ffmpeg (protocol §8.6).</summary>
[Collection(PoolOfOne.Collection)]
public sealed class PushTests(PoolOfOne fixture) : IAsyncLifetime
{
    private const string Presets = "P144p30fps16x9,P240p30fps16x9";

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(fixture.Pool.Home, Guid.NewGuid().ToString("N"))).FullName;
    private readonly AnsweredSegments _answered = new();
    private PushStreams _streams = null!;
    private WebApplication _server = null!;

    private string Address => _server.Urls.First();

    public async Task InitializeAsync()
    {
        (_streams, _server) = await ServeAsync(fixture.Pool.Orchestrator, "out");
        await Clips.MakeAsync(Path.Combine(_folder, "clip.mp4"), 320, 240, seconds: 4);
        await FfmpegAsync("-i", Path.Combine(_folder, "clip.mp4"), "-c", "copy", "-f", "segment", "-segment_time", "2", Path.Combine(_folder, "%d.ts"));
    }

    public async Task DisposeAsync()
    {
        await Patience.ForAsync("the end of the push server", _server.DisposeAsync().AsTask());
        await Patience.ForAsync("the end of the pushed streams", _streams.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task Curl_gets_the_renditions_in_the_answer_in_the_order_of_the_profiles()
    {
        var answer = Path.Combine(_folder, "answer");

        var status = await CurlAsync(
            "-X", "POST", "-H", "Accept: multipart/mixed", "-H", "Content-Duration: 2000", "--data-binary", $"@{_folder}/0.ts", "-o", answer,
            $"{Address}/live/shown/0.ts");

        Assert.StartsWith("200 multipart/mixed; boundary=", status, StringComparison.Ordinal);
        var parts = await PartsAsync(answer, status.Split("boundary=")[1]);
        Assert.Equal(["P144p30fps16x9", "P240p30fps16x9"], parts.Select(part => part.Headers["Rendition-Name"]));
        Assert.Equal("video/mp2t; name=\"P144p30fps16x9_0.ts\"", parts[0].Headers["Content-Type"]);
        Assert.Equal("attachment; filename=\"P144p30fps16x9_0.ts\"", parts[0].Headers["Content-Disposition"]);
        Assert.Equal([(256, 192, 60L), (426, 320, 60L)], await Task.WhenAll(parts.Select(PictureAsync)));
    }

    [Fact]
    public async Task Curl_without_that_accept_gets_a_status_only_and_a_player_the_stream()
    {
        foreach (var number in new[] { 1, 0 })
        {
            var answer = Path.Combine(_folder, "answer");
            Assert.Equal("200", await CurlAsync("-T", $"{_folder}/{number}.ts", "-o", answer, $"{Address}/live/played/{number}.ts"));
            Assert.Equal(0, new FileInfo(answer).Length);
        }

        // Until a stream has ended, a player waits for more of it.
        await Patience.ForAsync("the end of the stream", _streams.FinishAsync());
        var played = await Patience.ForAsync("the end of ffprobe playing the stream", limit => MediaTool.FfprobeAsync(
            ["-count_frames", "-show_entries", "program=nb_streams:stream=width,nb_read_frames", "-select_streams", "v", "-of", "csv=p=0", $"{Address}/stream/played.m3u8"],
            background: false, limit));

        Assert.Equal(0, played.ExitCode);
        Assert.Contains("256,120", played.Output, StringComparison.Ordinal);
        Assert.Contains("426,120", played.Output, StringComparison.Ordinal);
        Assert.Equal("404", (await CurlAsync("-o", "/dev/null", $"{Address}/stream/nobody.m3u8"))[..3]);
    }

    [Fact]
    public async Task Ffmpegs_hls_over_http_is_a_stream_and_the_report_counts_it()
    {
        await FfmpegAsync(
            "-i", Path.Combine(_folder, "clip.mp4"), "-c", "copy", "-f", "hls", "-hls_time", "2", "-method", "PUT", "-http_persistent", "0",
            "-hls_segment_filename", $"{Address}/live/pushed/%d.ts", $"{Address}/live/pushed/index.m3u8");

        await _answered.WaitAsync(2);
        var report = await Patience.ForAsync("the report of the streams", _streams.FinishAsync());

        Assert.Empty(report.Errors);
        Assert.Equal((2, 2, 1.0), (report.Segments.Sent, report.Segments.Ok, report.SuccessRate));
        Assert.Equal([120, 120], report.Renditions.Select(rendition => rendition.Frames));
        Assert.InRange(report.Score, 0.01, 1);
        Assert.EndsWith("#EXT-X-ENDLIST\n", await File.ReadAllTextAsync(report.Renditions[0].Playlist), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_mp4_segment_comes_back_as_mp4()
    {
        var answer = Path.Combine(_folder, "answer");
        await FfmpegAsync("-i", Path.Combine(_folder, "0.ts"), "-c", "copy", Path.Combine(_folder, "0.mp4"));

        var status = await CurlAsync(
            "-X", "POST", "-H", "Accept: multipart/mixed", "--data-binary", $"@{_folder}/0.mp4", "-o", answer, "-H",
            """Livepeer-Transcode-Configuration: {"manifestID":"renamed","profiles":[{"name":"only","width":160,"height":120,"bitrate":200000}]}""",
            $"{Address}/live/boxed/0.mp4");

        Assert.True(status.StartsWith("200 multipart/mixed", StringComparison.Ordinal), $"{status} {await File.ReadAllTextAsync(answer)}");
        var part = Assert.Single(await PartsAsync(answer, status.Split("boundary=")[1]));
        Assert.Equal(("only", "video/mp4; name=\"only_0.mp4\""), (part.Headers["Rendition-Name"], part.Headers["Content-Type"]));
        Assert.Equal((160, 120, 60L), await PictureAsync(part));
        Assert.NotNull(_streams.Find("renamed"));
    }

    [Theory]
    [InlineData("PUT", "refused/index.m3u8", "400", "ignoring file extension: .m3u8\n")]
    [InlineData("DELETE", "refused/0.ts", "405", "http push request wrong method\n")]
    [InlineData("POST", "refused/0.ts", "422", "the segment is not a video that ffmpeg can read")]
    public async Task What_is_no_segment_is_answered_as_a_stock_gateway_does(string method, string path, string status, string text)
    {
        var answer = Path.Combine(_folder, "answer");

        var answered = await CurlAsync("-X", method, "--data-binary", "this is no video", "-o", answer, $"{Address}/live/{path}");

        Assert.Equal(status, answered[..3]);
        Assert.StartsWith(text, await File.ReadAllTextAsync(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_orchestrator_there_are_no_sessions()
    {
        var (streams, server) = await ServeAsync(new Uri($"https://127.0.0.1:{FreePort.Next()}"), "alone");
        await using var ending = streams;
        await using var stopping = server;
        var answer = Path.Combine(_folder, "answer");

        var status = await CurlAsync("-T", $"{_folder}/0.ts", "-o", answer, $"{server.Urls.First()}/live/lost/0.ts");

        Assert.Equal(("503", "No sessions available\n"), (status[..3], await File.ReadAllTextAsync(answer)));
    }

    private static async Task<string> CurlAsync(params string[] arguments)
    {
        var run = await ProgramRun.RunAsync(
            "curl", ["--silent", "--show-error", "--noproxy", "*", "-w", "%{http_code} %{content_type}", .. arguments]);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.Output.Trim();
    }

    private static async Task FfmpegAsync(params string[] arguments)
    {
        var run = await Patience.ForAsync($"the end of ffmpeg {string.Join(' ', arguments)}", limit => MediaTool.FfmpegAsync(arguments, limit));
        Assert.True(run.ExitCode == 0, run.Errors);
    }

    private static async Task<List<Part>> PartsAsync(string answer, string boundary)
    {
        await using var file = File.OpenRead(answer);
        var reader = new Microsoft.AspNetCore.WebUtilities.MultipartReader(boundary, file);
        var parts = new List<Part>();
        while (await reader.ReadNextSectionAsync() is { } section)
        {
            var body = new MemoryStream();
            await section.Body.CopyToAsync(body);
            Assert.Equal(body.Length.ToString(), section.Headers!["Content-Length"]);
            parts.Add(new Part(section.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()), body.ToArray()));
        }

        return parts;
    }

    private async Task<(int Width, int Height, long Frames)> PictureAsync(Part part)
    {
        var file = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(file, part.Body);
        using var probe = new PixelProbe();
        var facts = await Patience.ForAsync("what ffprobe says of a rendition", limit => probe.ProbeAsync(file, limit));
        return (facts!.Width, facts.Height, facts.Frames);
    }

    private async Task<(PushStreams Streams, WebApplication Server)> ServeAsync(Uri orchestrator, string folder)
    {
        Assert.True(ProfilePresets.TryParseList(Presets, out var profiles, out _));
        var output = OutputFolder.Prepare(Path.Combine(_folder, folder));
        var streams = new PushStreams(new PushSettings
        {
            Orchestrators = [orchestrator],
            Profiles = profiles,
            Folder = output,
            Progress = _answered,
            Time = TimeProvider.System,
        });
        var server = new PushServer(streams, output).Build(new IPEndPoint(IPAddress.Loopback, 0));
        await server.StartAsync();
        return (streams, server);
    }

    /// <summary>Counts what came back: ffmpeg does not wait for the answer to its last segment.</summary>
    private sealed class AnsweredSegments : IProgressSink
    {
        private readonly Channel<ProgressEvent> _answered = Channel.CreateUnbounded<ProgressEvent>();

        public async Task WaitAsync(int segments)
        {
            for (var number = 0; number < segments; number++)
            {
                await Patience.ForAsync($"the answer to segment {number + 1} of {segments}", _answered.Reader.ReadAsync().AsTask());
            }
        }

        public void Report(ProgressEvent progress)
        {
            if (progress is SegmentAnswered or SegmentFailed)
            {
                _answered.Writer.TryWrite(progress);
            }
        }
    }

    private sealed record Part(IReadOnlyDictionary<string, string> Headers, byte[] Body);
}
