using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using Pool.Gateway.Progress;
using Pool.Gateway.Streaming;

namespace Pool.EndToEnd.Tests;

/// <summary>The whole path, nothing faked: gateway, server, hub, two worker processes, FFmpeg, Postgres.</summary>
/// <remarks>It has a pool of its own; it is in the collection so that no other pool transcodes at the same time.</remarks>
[Collection(PoolOfOne.Collection)]
public sealed class FirstSegmentTests : IAsyncLifetime
{
    private RunningPool _pool = null!;

    public async Task InitializeAsync() => _pool = await RunningPool.StartAsync(workers: 2);

    public async Task DisposeAsync() => await _pool.DisposeAsync();

    [Fact]
    public async Task Two_streams_come_back_right_and_are_booked_to_the_pixel()
    {
        var clip = Path.Combine(_pool.Home, "clip.mp4");
        await Clips.MakeAsync(clip, 320, 240, seconds: 4);
        var request = new RunRequest
        {
            Inputs = [clip],
            Orchestrators = [_pool.Orchestrator],
            Out = Path.Combine(_pool.Home, "out"),
            Streams = 2,
            Pace = Pace.Max,
        };

        var report = await Patience.ForAsync(
            "the report of two streams", new GatewayRun(request, new JsonProgress(TextWriter.Null), TimeProvider.System).RunAsync);

        Assert.Empty(report.Errors);
        Assert.Equal((4, 4), (report.Segments.Sent, report.Segments.Ok));
        Assert.All(report.Renditions, rendition => Assert.Equal(120, rendition.Frames));
        Assert.Equal(
            report.Renditions.Sum(rendition => long.Parse(rendition.Pixels)),
            await _pool.ScalarAsync("SELECT sum(pixels)::bigint FROM contributions WHERE role = 'primary'"));
        Assert.Equal(4, await _pool.ScalarAsync("SELECT count(*) FROM segments WHERE outcome = 'transcoded'"));
        Assert.Equal(2, await _pool.ScalarAsync("SELECT count(*) FROM sessions"));
        Assert.Equal(1, await _pool.ScalarAsync("SELECT count(*) FROM payees"));
    }
}
