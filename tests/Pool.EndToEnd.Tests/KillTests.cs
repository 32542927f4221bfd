using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Gateway.Output;
using Pool.Gateway.Progress;
using Pool.Gateway.Push;
using Pool.Gateway.Streaming;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.EndToEnd.Tests;

/// <summary>The server is killed while segments are in work, with the supervisor of <c>./pool up</c>, real processes and Postgres.</summary>
[Collection(PoolOfOne.Collection)]
public sealed class KillTests : IAsyncLifetime
{
    private static readonly VideoProfile s_profile = new() { Name = "small", Width = 160, Height = 120, BitrateBps = 200_000 };

    private readonly string _folder = Directory.CreateTempSubdirectory("pool-kill-media-").FullName;
    private SupervisedPool _pool = null!;   // set before the test runs
    private SourceSegment[] _segments = [];
    private VideoSource _format = null!;   // likewise

    public async Task InitializeAsync()
    {
        var clip = Path.Combine(_folder, "clip.mp4");
        await Clips.MakeAsync(clip, 320, 240, seconds: 6);
        var cut = await Patience.ForAsync(
            "the segments of the clip",
            limit => MediaTool.FfmpegAsync(["-i", clip, "-c", "copy", "-f", "segment", "-segment_time", "2", Path.Combine(_folder, "%d.ts")], limit));
        Assert.True(cut.ExitCode == 0, cut.Errors);
        _segments = [.. Enumerable.Range(0, 3).Select(Segment)];
        _format = await Patience.ForAsync("what ffprobe says of a segment", limit => SourceProbe.ProbeAsync(_segments[0].Path, limit));
        _pool = await SupervisedPool.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _pool.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_killed_server_is_back_its_sessions_go_on_and_what_was_in_work_is_told()
    {
        var orchestrator = new OrchestratorClient(_pool.Orchestrator, GatewayRun.Needs([s_profile]));
        using var exchange = new SegmentExchange(orchestrator.Needs, [s_profile]);
        var terms = await orchestrator.GetTermsAsync(Patience.Limit, CancellationToken.None);
        var before = await SendAsync(exchange, terms, 0);
        var fetched = await FetchAsync(exchange, before);
        await using var streams = Streams();
        var stream = streams.Get("pushed", _format, isMp4: false, configuration: null);
        var first = await PushAsync(stream, 0);

        await _pool.FreezeWorkerAsync();
        var inWork = PushAsync(stream, 1);
        await _pool.WaitForWorkInHandAsync();
        var killed = _pool.ServerProcess;
        await _pool.KillServerAsync();
        await _pool.ThawWorkerAsync();
        var cutOff = await inWork;
        await _pool.WaitUntilBackAsync(killed);

        var after = await SendAsync(exchange, before.Info, 1);
        var third = await PushAsync(stream, 2);
        var report = await Patience.ForAsync("the gateway's report", streams.FinishAsync());

        Assert.Equal(terms.AuthToken.SessionId, after.Info.AuthToken.SessionId);
        Assert.Equal(fetched, await FetchAsync(exchange, before));
        Assert.NotEmpty(await FetchAsync(exchange, after));
        Assert.Equal((null, null), (first.Error, third.Error));
        Assert.True(cutOff.Error is not null || cutOff.Before is not null, "the segment in work at the kill came back at its first attempt");
        Assert.StartsWith("pushed, segment 1: ", Assert.Single(report.Errors.Concat(report.Retried)), StringComparison.Ordinal);
        Assert.Equal((3, 3), (report.Segments.Sent, report.Segments.Ok + report.Errors.Count));
        Assert.Equal(2 + report.Segments.Ok, await _pool.ScalarAsync("SELECT count(*) FROM segments WHERE outcome = 'transcoded'"));
        Assert.Equal(2, await _pool.ScalarAsync($"SELECT count(*) FROM segments WHERE session_id = '{terms.AuthToken.SessionId}'"));
    }

    private SourceSegment Segment(int number)
    {
        var file = Path.Combine(_folder, $"{number}.ts");
        return new SourceSegment(number, file, TimeSpan.Zero, SegmentPlan.Target, new FileInfo(file).Length);
    }

    private PushStreams Streams() => new(new PushSettings
    {
        Orchestrators = [_pool.Orchestrator],
        Profiles = [s_profile],
        Folder = OutputFolder.Prepare(Path.Combine(_folder, "out")),
        Progress = new JsonProgress(TextWriter.Null),
        Time = TimeProvider.System,
    });

    private Task<SegmentOutcome> PushAsync(PushStream stream, int number) =>
        Patience.ForAsync($"the outcome of segment {number} of the stream", stream.PushAsync(_segments[number], _format, CancellationToken.None));

    private async Task<TranscodeResult> SendAsync(SegmentExchange exchange, OrchestratorInfo terms, int number) =>
        await exchange.SendAsync(terms, "idle", _segments[number], await File.ReadAllBytesAsync(_segments[number].Path), CancellationToken.None);

    private async Task<byte[]> FetchAsync(SegmentExchange exchange, TranscodeResult result)
    {
        var file = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        await exchange.DownloadAsync(Assert.Single(result.Data.Segments).Url, file, CancellationToken.None);
        return await File.ReadAllBytesAsync(file);
    }
}
