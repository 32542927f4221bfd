using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using Pool.Gateway.Progress;
using Pool.Gateway.Reports;
using Pool.Gateway.Streaming;

namespace Pool.EndToEnd.Tests;

/// <summary>The real worker, with its own codecs, does the pool's clip when it joins, and begins with what that has shown.</summary>
[Collection(PoolOfOne.Collection)]
public sealed class JoiningBenchmarkTests : IAsyncLifetime
{
    /// <summary>Share of a segment's duration up to which a worker is comfortable.</summary>
    private const double Comfortable = 0.8;

    /// <summary>What the worker wishes for.</summary>
    private const int Wish = 4;

    private RunningPool _pool = null!;   // set before the test runs

    public async Task InitializeAsync() => _pool = await RunningPool.StartAsync(workers: 1);

    public async Task DisposeAsync() => await _pool.DisposeAsync();

    [Fact]
    public async Task A_worker_is_measured_as_it_joins_and_then_its_work_is_booked_without_the_clip()
    {
        await _pool.WaitForWorkersAsync("a worker that is through with the clip", connected => connected.All(worker => worker is { InFlight: 0, Record.Figures.RealTimeRatio: not null }));
        var worker = Assert.Single(_pool.Workers.Connected);
        var ratio = worker.Record.Figures.RealTimeRatio.GetValueOrDefault();
        await Patience.UntilAsync("a word of the worker on the clip", () => Task.FromResult(_pool.Said.Contains("the pool's own clip", StringComparison.Ordinal)));

        Assert.Equal(Math.Clamp((int)(Comfortable / ratio), 1, Wish), worker.Capacity);
        Assert.Equal(0, await _pool.ScalarAsync("SELECT (SELECT count(*) FROM segments) + (SELECT count(*) FROM contributions)"));

        var report = await StreamAsync();

        Assert.Empty(report.Errors);
        Assert.Equal((1, 1), (report.Segments.Sent, report.Segments.Ok));
        Assert.Equal(
            report.Renditions.Sum(rendition => long.Parse(rendition.Pixels)), await _pool.ScalarAsync("SELECT sum(pixels)::bigint FROM contributions"));
        Assert.Equal(1, await _pool.ScalarAsync("SELECT count(*) FROM segments"));
    }

    private async Task<StreamReport> StreamAsync()
    {
        var clip = Path.Combine(_pool.Home, "clip.mp4");
        await Clips.MakeAsync(clip, 320, 240, seconds: 2);
        var request = new RunRequest { Inputs = [clip], Orchestrators = [_pool.Orchestrator], Out = Path.Combine(_pool.Home, "out"), Streams = 1, Pace = Pace.Max };
        return await Patience.ForAsync("the report of a stream", new GatewayRun(request, new JsonProgress(TextWriter.Null), TimeProvider.System).RunAsync);
    }
}
