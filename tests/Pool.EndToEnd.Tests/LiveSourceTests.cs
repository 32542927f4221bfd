using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using Pool.Gateway.Progress;
using Pool.Gateway.Reports;
using Pool.Gateway.Streaming;

namespace Pool.EndToEnd.Tests;

/// <summary>Many files, and sources that come over the wire, through the whole pool.</summary>
[Collection(PoolOfOne.Collection)]
public sealed class LiveSourceTests(PoolOfOne fixture) : IAsyncLifetime
{
    private const string Profiles = "P144p30fps16x9";

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(fixture.Pool.Home, Guid.NewGuid().ToString("N"))).FullName;

    private string Clip => Path.Combine(_folder, "clip.mp4");

    public Task InitializeAsync() => TestClip.MakeAsync(Clip, 320, 240, TimeSpan.FromSeconds(4), CancellationToken.None);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Two_files_of_different_size_become_one_stream()
    {
        var other = Path.Combine(_folder, "other.mp4");
        await TestClip.MakeAsync(other, 192, 144, TimeSpan.FromSeconds(2), CancellationToken.None);

        var report = await RunAsync(inputs: [Clip, other]);

        Assert.Empty(report.Errors);
        Assert.Equal((3, 3), (report.Segments.Sent, report.Segments.Ok));
        Assert.Equal(180, Assert.Single(report.Renditions).Frames);
    }

    [Fact]
    public async Task A_stream_pushed_by_rtmp_arrives_whole()
    {
        var address = $"rtmp://127.0.0.1:{RunningPool.FreePort()}/live/key";
        var waiting = new WaitingSink($"Waiting for a stream at {address}");
        var run = RunAsync(waiting, listen: true, address);
        await waiting.Seen.WaitAsync(RunningPool.Patience);

        await PushAsync(address);
        var report = await run.WaitAsync(RunningPool.Patience);

        Assert.Empty(report.Errors);
        Assert.Equal(report.Segments.Sent, report.Segments.Ok);
        Assert.Equal(120, Assert.Single(report.Renditions).Frames);
    }

    private Task<StreamReport> RunAsync(params string[] inputs) => RunAsync(new JsonProgress(TextWriter.Null), listen: false, inputs);

    private Task<StreamReport> RunAsync(IProgressSink progress, bool listen, params string[] inputs) => new GatewayRun(
        new RunRequest
        {
            Inputs = inputs,
            Listen = listen,
            Orchestrators = [fixture.Pool.Orchestrator],
            Out = Path.Combine(_folder, "out"),
            Streams = 1,
            Profiles = Profiles,
            Pace = Pace.Max,
        },
        progress, TimeProvider.System).RunAsync(CancellationToken.None);

    /// <summary>ffmpeg listens a moment after it was started; until then nobody is there, and the pusher comes again.</summary>
    private async Task PushAsync(string address)
    {
        using var limit = new CancellationTokenSource(RunningPool.Patience);
        while ((await MediaTool.FfmpegAsync(["-i", Clip, "-c", "copy", "-f", "flv", address], limit.Token)).ExitCode != 0)
        {
            await Task.Yield();
        }
    }

    private sealed class WaitingSink(string text) : IProgressSink
    {
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Seen => _seen.Task;

        public void Report(ProgressEvent progress)
        {
            if (progress is Remark remark && remark.Text == text)
            {
                _seen.TrySetResult();
            }
        }
    }
}
