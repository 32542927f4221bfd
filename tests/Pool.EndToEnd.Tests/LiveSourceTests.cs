using System.Net.NetworkInformation;
using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using Pool.Gateway.Progress;
using Pool.Gateway.Reports;
using Pool.Gateway.Streaming;
using Pool.Tests.Kit;

namespace Pool.EndToEnd.Tests;

/// <summary>Many files, and sources that come over the wire, through the whole pool.</summary>
[Collection(PoolOfOne.Collection)]
public sealed class LiveSourceTests(PoolOfOne fixture) : IAsyncLifetime, IDisposable
{
    private const string Profiles = "P144p30fps16x9";

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(fixture.Pool.Home, Guid.NewGuid().ToString("N"))).FullName;

    /// <summary>Ends with the test: a gateway that still waits for a stream does not outlive it.</summary>
    private readonly CancellationTokenSource _over = new();

    private string Clip => Path.Combine(_folder, "clip.mp4");

    public Task InitializeAsync() => Clips.MakeAsync(Clip, 320, 240, seconds: 4);

    public Task DisposeAsync() => _over.CancelAsync();

    public void Dispose() => _over.Dispose();

    [Fact]
    public async Task Two_files_of_different_size_become_one_stream()
    {
        var other = Path.Combine(_folder, "other.mp4");
        await Clips.MakeAsync(other, 192, 144, seconds: 2);

        var report = await Patience.ForAsync("the report of two files", RunAsync(inputs: [Clip, other]));

        Assert.Empty(report.Errors);
        Assert.Equal((3, 3), (report.Segments.Sent, report.Segments.Ok));
        Assert.Equal(180, Assert.Single(report.Renditions).Frames);
    }

    [Fact]
    public async Task A_stream_pushed_by_rtmp_arrives_whole()
    {
        var port = FreePort.Next();
        var address = $"rtmp://127.0.0.1:{port}/live/key";
        var run = RunAsync(listen: true, address);
        await Patience.UntilAsync($"somebody who listens at {address}", () => Task.FromResult(run.IsCompleted || IsListening(port)));

        var pushed = await Patience.ForAsync(
            $"the end of ffmpeg pushing to {address}", limit => MediaTool.FfmpegAsync(["-i", Clip, "-c", "copy", "-f", "flv", address], limit));
        var report = await Patience.ForAsync($"the report of the stream that was pushed to {address} (the pusher said: {pushed.Errors})", run);

        Assert.Empty(report.Errors);
        Assert.Equal(report.Segments.Sent, report.Segments.Ok);
        Assert.Equal(120, Assert.Single(report.Renditions).Frames);
    }

    /// <summary>Looks without connecting: the one who listens takes one connection only.</summary>
    private static bool IsListening(int port) =>
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port);

    private Task<StreamReport> RunAsync(params string[] inputs) => RunAsync(listen: false, inputs);

    private Task<StreamReport> RunAsync(bool listen, params string[] inputs) => new GatewayRun(
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
        new JsonProgress(TextWriter.Null), TimeProvider.System).RunAsync(_over.Token);
}
