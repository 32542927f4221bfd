using Microsoft.AspNetCore.Http;
using Pool.Shared.Contracts;
using Pool.Worker.Connection;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Tests.Connection;

public sealed class AssignmentTests
{
    [Fact]
    public async Task A_segment_comes_whole_and_its_renditions_go_back_whole()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        TranscodeJob? job = null;
        worker.Transcoder.Work = (seen, sink, token) => FakeTranscoder.EchoAsync(job = seen, sink, token);

        var segment = FakePool.Segment(3_000_000);
        var assignment = await pool.AssignAsync(await pool.NextJoinAsync(), segment, renditions: 3);
        var outcome = await assignment.NextOutcomeAsync();
        var report = await worker.Events.NextAsync<SegmentReport>();

        Assert.Equal(new AssignmentOutcome(OutcomeKind.Done, "", 48, 120), outcome);
        Assert.Equal([0, 1, 2], assignment.Renditions.Keys.Order());
        Assert.All(assignment.Renditions.Values, rendition => Assert.Equal(segment, rendition));
        Assert.Equal((segment.Length, "session"), (job!.SegmentBytes, job.SessionId));
        Assert.Equal(assignment.Message.Profiles, job.Profiles);
        Assert.Equal(new OutcomeVerdict(true, null), report.Verdict);
    }

    [Fact]
    public async Task An_assignment_that_overtakes_the_verdict_of_the_join_is_worked_on()
    {
        await using var pool = await FakePool.StartAsync();
        FakeAssignment? assignment = null;
        pool.BeforeVerdict = async joining => assignment = await pool.AssignAsync(joining);
        await using var worker = WorkerUnderTest.Start(pool);

        await pool.NextJoinAsync();

        Assert.Equal(OutcomeKind.Done, (await assignment!.NextOutcomeAsync()).Kind);
    }

    [Fact]
    public async Task Bytes_of_a_rendition_reach_the_pool_before_the_transcode_has_ended()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        FakeAssignment? assignment = null;
        worker.Transcoder.Work = async (_, sink, token) =>
        {
            await sink.WriteAsync(0, new byte[] { 1, 2, 3 }, token);
            await assignment!.FirstBytes;
            await sink.WriteAsync(0, new byte[] { 4 }, token);
            await sink.CompleteAsync(0, token);
            return new TranscodeOutcome.Done(1, TimeSpan.Zero);
        };

        await pool.AssignAsync(await pool.NextJoinAsync(), before: made => assignment = made);

        Assert.Equal(OutcomeKind.Done, (await assignment!.NextOutcomeAsync()).Kind);
        Assert.Equal([1, 2, 3, 4], assignment.Renditions[0]);
    }

    [Fact]
    public async Task A_pool_that_does_not_read_makes_the_encoder_wait()
    {
        const int Chunk = 64 * 1024;
        const int Chunks = 1024;
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        worker.Transcoder.Work = async (_, sink, token) =>
        {
            for (var chunk = 0; chunk < Chunks; chunk++)
            {
                var write = sink.WriteAsync(0, new byte[Chunk], token).AsTask();
                if (!write.IsCompleted)
                {
                    waiting.TrySetResult();
                }

                await write;
            }

            await sink.CompleteAsync(0, token);
            return new TranscodeOutcome.Done(1, TimeSpan.Zero);
        };

        var assignment = await pool.AssignAsync(await pool.NextJoinAsync(), before: made => made.MayRead = waiting.Task);

        Assert.Equal(OutcomeKind.Done, (await assignment.NextOutcomeAsync()).Kind);
        Assert.Equal(Chunk * Chunks, assignment.Renditions[0].Length);
    }

    [Fact]
    public async Task A_worker_that_is_full_refuses_at_once_and_goes_on_with_what_it_holds()
    {
        var gate = new TaskCompletionSource();
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool, sessions: 1);
        worker.Transcoder.Work = async (job, sink, token) =>
        {
            await gate.Task.WaitAsync(token);
            return await FakeTranscoder.EchoAsync(job, sink, token);
        };

        var joined = await pool.NextJoinAsync();
        var held = await pool.AssignAsync(joined);
        var refused = await (await pool.AssignAsync(joined)).NextOutcomeAsync();
        gate.SetResult();

        Assert.Equal((OutcomeKind.Refused, "The worker holds 1 segments already"), (refused.Kind, refused.Detail));
        Assert.Equal(OutcomeKind.Done, (await held.NextOutcomeAsync()).Kind);
    }

    [Fact]
    public async Task A_place_is_free_before_the_pool_has_answered_the_outcome()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool, sessions: 1);
        var joined = await pool.NextJoinAsync();
        FakeAssignment? second = null;

        var first = await pool.AssignAsync(joined, before: made => made.BeforeVerdict = async () =>
        {
            second = await pool.AssignAsync(joined);
            Assert.Equal(OutcomeKind.Done, (await second.NextOutcomeAsync()).Kind);
        });
        await first.NextOutcomeAsync();

        Assert.All([await worker.Events.NextAsync<SegmentReport>(), await worker.Events.NextAsync<SegmentReport>()], report => Assert.Equal(OutcomeKind.Done, report.Outcome.Kind));
        Assert.Equal(0, second!.WaitingOutcomes);
    }

    [Fact]
    public async Task A_withdrawn_segment_is_stopped_its_upload_broken_off_and_no_outcome_sent()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool, sessions: 1);
        worker.Transcoder.Work = async (_, sink, token) =>
        {
            await sink.WriteAsync(0, new byte[] { 1 }, token);
            return await ForeverAsync(token);
        };
        var joined = await pool.NextJoinAsync();
        var withdrawn = await pool.AssignAsync(joined);
        await withdrawn.FirstBytes;

        await joined.Client.Cancel(withdrawn.Message.AssignmentId, "somebody else was faster");
        var shown = await worker.Events.NextAsync<WithdrawnEvent>();
        worker.Transcoder.Work = FakeTranscoder.EchoAsync;
        var next = await pool.AssignAsync(joined);

        Assert.Equal(OutcomeKind.Done, (await next.NextOutcomeAsync()).Kind);
        Assert.Equal("somebody else was faster", shown.Reason);
        worker.Drain();
        await worker.End;
        Assert.Equal(0, withdrawn.WaitingOutcomes);
        Assert.Empty(withdrawn.Renditions);
    }

    [Fact]
    public async Task A_passed_deadline_stops_the_work_and_is_told_to_the_pool()
    {
        var time = new ManualTime();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool, time: time);
        worker.Transcoder.Work = (_, _, token) =>
        {
            started.SetResult();
            return ForeverAsync(token);
        };

        var assignment = await pool.AssignAsync(await pool.NextJoinAsync(), deadline: TimeSpan.FromSeconds(7.5));
        await started.Task.WaitAsync(Patience.Limit);
        time.Advance(TimeSpan.FromSeconds(7.4));
        Assert.Equal(0, assignment.WaitingOutcomes);
        time.Advance(TimeSpan.FromSeconds(0.1));
        var outcome = await assignment.NextOutcomeAsync();

        Assert.Equal((OutcomeKind.WorkerFailed, "The deadline of 7.5 s passed"), (outcome.Kind, outcome.Detail));
    }

    [Fact]
    public async Task A_rendition_the_pool_does_not_take_ends_with_the_pools_verdict()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        var refused = new OutcomeVerdict(false, "rendition 0 is too large");

        await pool.AssignAsync(await pool.NextJoinAsync(), before: made => (made.UploadStatus, made.Verdict) = (StatusCodes.Status413PayloadTooLarge, refused));

        Assert.Equal(refused, (await worker.Events.NextAsync<SegmentReport>()).Verdict);
    }

    [Fact]
    public async Task An_upload_that_breaks_stops_the_transcode()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        worker.Transcoder.Work = async (_, sink, token) =>
        {
            while (true)
            {
                await sink.WriteAsync(0, new byte[4096], token);
            }
        };

        var assignment = await pool.AssignAsync(await pool.NextJoinAsync(), before: made => made.BreakUploads = true);
        var outcome = await assignment.NextOutcomeAsync();

        Assert.Equal(OutcomeKind.WorkerFailed, outcome.Kind);
        Assert.StartsWith("Rendition 0 could not be uploaded: ", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_outcome_whose_answer_was_lost_is_sent_again_and_is_the_same()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);

        var assignment = await pool.AssignAsync(await pool.NextJoinAsync(), before: made => made.OutcomesToBreak = AssignmentHttp.OutcomeRetries);
        var report = await worker.Events.NextAsync<SegmentReport>();

        Assert.True(report.Verdict!.Accepted);
        var outcomes = new HashSet<AssignmentOutcome>();
        for (var sent = 0; sent <= AssignmentHttp.OutcomeRetries; sent++)
        {
            outcomes.Add(await assignment.NextOutcomeAsync());
        }

        Assert.Single(outcomes);
        Assert.Equal(0, assignment.WaitingOutcomes);
        Assert.Equal(0, worker.Events.Waiting<SegmentReport>());
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_told_is_given_up_after_the_retries()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);

        var assignment = await pool.AssignAsync(await pool.NextJoinAsync(), before: made => made.OutcomesToBreak = int.MaxValue);
        var report = await worker.Events.NextAsync<SegmentReport>();

        Assert.Null(report.Verdict);
        Assert.Equal(1 + AssignmentHttp.OutcomeRetries, assignment.WaitingOutcomes);
    }

    [Fact]
    public async Task The_pools_reason_for_not_accepting_a_result_reaches_the_owner()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);

        await pool.AssignAsync(
            await pool.NextJoinAsync(), before: made => made.Verdict = new OutcomeVerdict(false, "rendition 'P0': 47 frames instead of 48"));
        var report = await worker.Events.NextAsync<SegmentReport>();

        Assert.Equal(new OutcomeVerdict(false, "rendition 'P0': 47 frames instead of 48"), report.Verdict);
    }

    [Theory]
    [InlineData(StatusCodes.Status401Unauthorized)]
    [InlineData(StatusCodes.Status404NotFound)]
    [InlineData(StatusCodes.Status410Gone)]
    public async Task A_segment_that_cannot_be_fetched_makes_the_worker_fail_with_the_status(int status)
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);

        var assignment = await pool.AssignAsync(await pool.NextJoinAsync(), before: made => made.FetchStatus = status);
        var outcome = await assignment.NextOutcomeAsync();

        Assert.Equal(OutcomeKind.WorkerFailed, outcome.Kind);
        Assert.StartsWith($"The segment could not be fetched: the pool answered {status}", outcome.Detail, StringComparison.Ordinal);
    }

    private static async Task<TranscodeOutcome> ForeverAsync(CancellationToken token)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        throw new System.Diagnostics.UnreachableException();
    }
}
