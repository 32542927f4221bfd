using Pool.Server.Dispatch.Joining;
using Pool.Server.Tests.Kit;
using Pool.Server.Verification;
using Pool.Server.Workers;
using Pool.Shared.Contracts;
using Pool.Shared.Livepeer;

namespace Pool.Server.Tests.Link;

/// <summary>A worker of whose speed nothing is known does the pool's clip when it joins, and begins with what that shows.</summary>
public sealed class JoiningBenchmarkTests() : ServerTest(("Workers:JoiningBenchmark", "true"), ("Workers:StartCapacity", "1"))
{
    private const int MaxCapacity = 16;

    [Fact]
    public async Task A_worker_begins_with_what_the_clip_has_shown_and_nothing_of_it_is_in_the_books()
    {
        var renditions = Renditions();   // made before, so that the worker is fast
        var worker = await JoinAsync(capacity: MaxCapacity);
        var own = Server.Registry.Connected.Single();
        var clip = await worker.NextAssignmentAsync();
        Assert.Equal((1, 1, PoolClip.Bytes.Length, 4), (own.Capacity, own.InFlight, (int)clip.Message.SegmentBytes, clip.Message.Profiles.Count));

        Server.Time.Forward(TimeSpan.FromSeconds(0.2));
        var verdict = await TestAssignment.AnswerAsync(clip, renditions);

        var ratio = own.Record.Figures.RealTimeRatio.GetValueOrDefault();
        Assert.True(verdict.Accepted);
        Assert.Contains("nobody pays for it", verdict.Reason, StringComparison.Ordinal);
        Assert.InRange(ratio, 0.1, 5);
        Assert.Equal(Math.Clamp((int)(SustainedCapacity.ComfortableRatio / ratio), 1, MaxCapacity), own.Capacity);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_worker_that_needs_half_of_the_clips_time_begins_with_one_segment_at_once_and_then_serves_streams()
    {
        var worker = await JoinAsync(capacity: MaxCapacity);
        var clip = await worker.NextAssignmentAsync();

        Server.Time.Forward(TimeSpan.FromSeconds(1));
        await AnswerAsync(clip);
        worker.Work = assignment => TestAssignment.AnswerAsync(assignment);
        var answer = await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());

        Assert.Equal((1, 2), (Server.Registry.Connected.Single().Capacity, answer.Renditions.Count));
        Assert.Equal((1, 1), (await SegmentsAsync("transcoded"), await ContributionsAsync()));
        Assert.Equal(1, await Server.ScalarAsync("SELECT count(*) FROM segments"));
    }

    [Fact]
    public async Task A_wish_for_less_is_less()
    {
        var worker = await JoinAsync(capacity: 1);
        await AnswerAsync(await worker.NextAssignmentAsync());

        Assert.Equal(1, Server.Registry.Connected.Single().Capacity);
    }

    [Fact]
    public async Task While_the_clip_is_in_work_no_stream_goes_to_the_worker()
    {
        var worker = await JoinAsync(capacity: MaxCapacity);
        var clip = await worker.NextAssignmentAsync();
        var (_, answer) = await BeginSegmentAsync();
        await Server.WaitForWaitingAsync(1);
        Assert.Equal(1, worker.Assigned);

        await AnswerAsync(clip);
        await TestAssignment.AnswerAsync(await worker.NextAssignmentAsync());

        Assert.Equal(2, (await answer).Renditions.Count);
    }

    [Fact]
    public async Task A_wrong_answer_is_refused_and_the_worker_has_failed_and_may_try_again_when_it_joins_again()
    {
        var worker = await JoinAsync(capacity: MaxCapacity);
        var wrong = Renditions();
        wrong[1] = wrong[0];

        var verdict = await TestAssignment.AnswerAsync(await worker.NextAssignmentAsync(), wrong);
        await WaitForIdleAsync();

        var record = Server.Registry.Connected.Single().Record;
        Assert.False(verdict.Accepted);
        Assert.Contains("rendition '360p'", verdict.Reason, StringComparison.Ordinal);
        Assert.Equal((1, 1, null), (record.SustainedCapacity, record.Figures.FailuresInARow, record.Figures.RealTimeRatio));
        await AssertNothingIsLeftAsync();

        var again = await JoinAsync(capacity: MaxCapacity, key: worker.Key);
        await AnswerAsync(await again.NextAssignmentAsync());
        Assert.Equal(0, record.Figures.FailuresInARow);
        Assert.NotNull(record.Figures.RealTimeRatio);
    }

    [Fact]
    public async Task A_worker_that_takes_the_clip_for_bad_has_failed()
    {
        var worker = await JoinAsync();

        await (await worker.NextAssignmentAsync()).FinishAsync(OutcomeKind.BadInput, InputFault.InvalidVideo);
        await WaitForIdleAsync();

        Assert.Equal((1, 1), Standing());
    }

    [Fact]
    public async Task A_worker_that_refuses_the_clip_has_not_failed_and_keeps_its_one_place()
    {
        var worker = await JoinAsync();

        await (await worker.NextAssignmentAsync()).FinishAsync(OutcomeKind.Refused, "draining");
        await WaitForIdleAsync();

        Assert.Equal((1, 0), Standing());
    }

    [Fact]
    public async Task A_worker_that_does_not_begin_loses_the_clip_when_its_time_is_up()
    {
        var worker = await JoinAsync();
        var clip = await worker.NextAssignmentAsync();

        Server.Time.Forward(TimeSpan.FromSeconds(2));
        await worker.NextProbeAsync();   // by now the pool has noticed that nothing is fetched
        Server.Time.Forward(ClipRun.Deadline);
        await clip.Cancelled;
        await WaitForIdleAsync();

        Assert.Equal((1, 1), Standing());
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_worker_that_is_too_slow_is_stopped_and_known_to_be_slow()
    {
        var worker = await JoinAsync();
        var clip = await worker.NextAssignmentAsync();
        using var fetched = await clip.FetchAsync();

        Server.Time.Forward(ClipRun.Deadline);
        await clip.Cancelled;
        await WaitForIdleAsync();

        var figures = Server.Registry.Connected.Single().Record.Figures;
        Assert.Equal((1, 0), Standing());
        Assert.True(figures.SecondsPerPixel * PoolClip.Profiles.Sum(profile => 60.0 * profile.Width * profile.Height) >= ClipRun.Deadline.TotalSeconds);
        Assert.Null(figures.RealTimeRatio);
    }

    [Fact]
    public async Task A_worker_that_was_measured_gets_no_clip_again_also_after_a_restart()
    {
        var worker = await JoinAsync(capacity: MaxCapacity);
        var clip = await worker.NextAssignmentAsync();
        Server.Time.Forward(TimeSpan.FromSeconds(0.4));
        await AnswerAsync(clip);
        await WaitForIdleAsync();
        var capacity = Server.Registry.Connected.Single().Capacity;

        var again = await JoinAsync(capacity: MaxCapacity, key: worker.Key);
        Assert.Equal((capacity, 0), Load());   // what is to be given is given before the join is answered
        Server.Time.Forward(RecordKeeper.Period);
        await Eventually.IsSoAsync("it is kept", async () => await Server.ReadAsync($"SELECT count(*) FROM worker_records WHERE capacity = {capacity}") == 1);
        await Server.RestartAsync();
        var afterwards = await JoinAsync(capacity: MaxCapacity, key: worker.Key);

        Assert.Equal((capacity, 0), Load());
        Assert.Equal((0, 0), (again.Assigned, afterwards.Assigned));
    }

    [Fact]
    public async Task A_worker_that_comes_back_with_the_clip_goes_on_but_is_not_measured_by_it()
    {
        var worker = await JoinAsync(capacity: MaxCapacity);
        var clip = await worker.NextAssignmentAsync();

        await using var back = await TestWorker.JoinAsync(Server, worker.Key, MaxCapacity, held: [clip.Message.AssignmentId]);
        Assert.Equal((1, 1), Load());
        var verdict = await AnswerAsync(clip);
        await WaitForIdleAsync();

        Assert.True(verdict.Accepted);
        Assert.Equal((1, 0), Standing());
        Assert.Null(Server.Registry.Connected.Single().Record.Figures.RealTimeRatio);
    }

    [Fact]
    public async Task A_worker_with_more_places_that_comes_back_with_real_work_in_hand_gets_no_clip_beside_it()
    {
        await using var server = await RunningServer.StartAsync(("Workers:JoiningBenchmark", "true"), ("Workers:StartCapacity", "4"));
        await using var worker = await TestWorker.JoinAsync(server, capacity: 4);
        await worker.NextAssignmentAsync();
        var answer = server.Gateway.SegmentAsync(await server.Gateway.GetOrchestratorAsync());
        var segment = await worker.NextAssignmentAsync();

        await using var back = await TestWorker.JoinAsync(server, worker.Key, 4, held: [segment.Message.AssignmentId]);

        var own = server.Registry.Connected.Single();
        Assert.Equal((4, 1), (own.Capacity, own.InFlight));
        await TestAssignment.AnswerAsync(segment);
        Assert.Equal(2, (await answer).Renditions.Count);
    }

    [Fact]
    public async Task A_worker_without_what_the_clip_needs_is_left_out()
    {
        var worker = await ConnectAsync();
        var request = worker.Request((await worker.HelloAsync()).Nonce) with { Capabilities = [(int)Capability.H264, (int)Capability.Mp4] };

        Assert.True((await worker.JoinAsync(request)).Accepted);

        Assert.Equal((1, 0), Load());
    }

    [Fact]
    public async Task Of_a_crowd_so_many_do_the_clip_at_once_and_the_others_wait_in_the_order_of_coming()
    {
        var (busy, clips) = await FillAsync();
        var first = await JoinAsync();
        var second = await JoinAsync();
        Assert.Equal((0, 0), (InFlight(first), InFlight(second)));

        await AnswerAsync(clips[3]);
        var next = await first.NextAssignmentAsync();

        Assert.Equal((0, JoiningBenchmark.MaxAtOnce), (InFlight(second), Server.Registry.Connected.Sum(worker => worker.InFlight)));
        await AnswerAsync(next);
        await second.NextAssignmentAsync();
        Assert.All(busy, worker => Assert.Equal(1, worker.Assigned));
    }

    [Fact]
    public async Task Who_leaves_or_drains_while_it_waits_is_left_out()
    {
        var (_, clips) = await FillAsync();
        var leaving = await JoinAsync();
        var draining = await JoinAsync();
        var staying = await JoinAsync();
        await draining.SetCapacityAsync(0);
        await leaving.LeaveAsync();
        await Server.WaitForWorkersAsync(registry => registry.Connected.Count == JoiningBenchmark.MaxAtOnce + 2);

        await AnswerAsync(clips[0]);
        await staying.NextAssignmentAsync();

        Assert.Equal((0, 0), (leaving.Assigned, draining.Assigned));
    }

    [Fact]
    public async Task Who_is_measured_by_real_work_or_has_it_in_hand_while_it_waits_is_left_out()
    {
        var (_, clips) = await FillAsync();
        var measured = await JoinGoodAsync();
        await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());
        await measured.SetCapacityAsync(0);
        var working = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var segment = await working.NextAssignmentAsync();
        await measured.SetCapacityAsync(1);
        var last = await JoinAsync();

        await AnswerAsync(clips[0]);
        await last.NextAssignmentAsync();

        Assert.Equal((1, 1, TestJob.Segment().Length), (measured.Assigned, working.Assigned, (int)segment.Message.SegmentBytes));
        await TestAssignment.AnswerAsync(segment);
        Assert.Equal(2, (await answer).Renditions.Count);
    }

    [Fact]
    public void The_clip_is_a_measure()
    {
        var counter = new RenditionCounter();
        counter.Append(PoolClip.Bytes.Span);

        var count = counter.Finish();

        Assert.Equal((null, 1280, 720, 60L), (count.Fault, count.Width, count.Height, count.Frames));
        Assert.Equal(PoolClip.Duration.TotalSeconds, count.Duration.TotalSeconds, 2);
        Assert.NotNull(SourceFacts.Of(count));
        Assert.InRange(PoolClip.Bytes.Length, 400_000, 800_000);
        Assert.Equal(CapabilitySet.Of(Capability.H264, Capability.MpegTs).ToNumbers(), PoolClip.Needs.ToNumbers());
    }

    private static Task<OutcomeVerdict> AnswerAsync(TestAssignment clip) => TestAssignment.AnswerAsync(clip, Renditions());

    /// <summary>What is taken for a good answer to the clip.</summary>
    private static byte[][] Renditions() => [.. PoolClip.Profiles.Select(profile => MadeRendition.Of(profile.Width, profile.Height, TestJob.Frames))];

    /// <summary>As many workers as may do the clip at once, each with it in hand.</summary>
    private async Task<(IReadOnlyList<TestWorker> Workers, IReadOnlyList<TestAssignment> Clips)> FillAsync()
    {
        var workers = new List<TestWorker>();
        var clips = new List<TestAssignment>();
        for (var number = 0; number < JoiningBenchmark.MaxAtOnce; number++)
        {
            workers.Add(await JoinAsync());
            clips.Add(await workers[^1].NextAssignmentAsync());
        }

        return (workers, clips);
    }

    private int InFlight(TestWorker worker) => Server.Registry.Find(new(worker.Id))?.InFlight ?? 0;

    /// <summary>Of the only worker: segments at once, and those in hand.</summary>
    private (int Capacity, int InFlight) Load()
    {
        var worker = Server.Registry.Connected.Single();
        return (worker.Capacity, worker.InFlight);
    }

    /// <summary>Of the only worker: segments at once, and failures in a row.</summary>
    private (int Capacity, int Failures) Standing()
    {
        var record = Server.Registry.Connected.Single().Record;
        return (record.SustainedCapacity, record.Figures.FailuresInARow);
    }

    /// <summary>Waits until nobody has anything in hand.</summary>
    private Task WaitForIdleAsync() => Server.WaitForWorkersAsync(registry => registry.Connected.All(worker => worker.InFlight == 0));

    private async Task AssertNothingIsLeftAsync()
    {
        await Eventually.IsSoAsync("the spool is empty", () => Task.FromResult(Server.Spool.Bytes == 0));
        Assert.Equal((0, 0), (await Server.ScalarAsync("SELECT count(*) FROM segments"), await ContributionsAsync()));
    }
}
