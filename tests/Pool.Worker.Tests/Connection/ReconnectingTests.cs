using Pool.Shared.Contracts;
using Pool.Worker.Connection;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Tests.Connection;

public sealed class ReconnectingTests
{
    [Fact]
    public async Task A_worker_whose_socket_is_dropped_comes_back_with_a_new_nonce_and_works_on()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        var first = await pool.NextJoinAsync();
        Assert.False((await worker.Events.NextAsync<JoinedEvent>()).Again);

        first.Drop();
        var second = await pool.NextJoinAsync();
        var assignment = await pool.AssignAsync(second);

        Assert.Equal(OutcomeKind.Done, (await assignment.NextOutcomeAsync()).Kind);
        Assert.NotEmpty((await worker.Events.NextAsync<LostEvent>()).Reason);
        Assert.True((await worker.Events.NextAsync<JoinedEvent>()).Again);
        Assert.Equal(first.Request!.NodeKey, second.Request!.NodeKey);
        Assert.NotEqual(first.Nonce, second.Nonce, StringComparer.Ordinal);
        Assert.NotEqual(first.Request.Signature, second.Request.Signature, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Losses_in_a_row_make_the_worker_wait_longer_until_the_pool_has_accepted_work_again()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        for (var losses = 0; losses < 3; losses++)
        {
            (await pool.NextJoinAsync()).Drop();
            await worker.Events.NextAsync<LostEvent>();
        }

        (await pool.NextJoinAsync()).Drop();
        var fourth = await worker.Events.NextAsync<LostEvent>();
        var joined = await pool.NextJoinAsync();
        await (await pool.AssignAsync(joined)).NextOutcomeAsync();
        await worker.Events.NextAsync<SegmentReport>();
        joined.Drop();
        var fifth = await worker.Events.NextAsync<LostEvent>();

        Assert.True(fourth.RetryIn >= 4 * WorkerUnderTest.FirstWait, $"{fourth.RetryIn}");
        Assert.True(fifth.RetryIn <= WorkerUnderTest.FirstWait, $"{fifth.RetryIn}");
    }

    [Fact]
    public async Task A_worker_that_is_asked_for_a_sign_of_life_gives_one_also_in_the_middle_of_its_work()
    {
        var end = new TaskCompletionSource<TranscodeOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool, sessions: 1);
        worker.Transcoder.Work = (_, _, _) => end.Task;
        var joined = await pool.NextJoinAsync();
        var assignment = await pool.AssignAsync(joined);

        await joined.Client.Probe();
        await joined.Alive;
        end.SetResult(new TranscodeOutcome.Failed("enough"));

        Assert.Equal(OutcomeKind.TranscoderFailed, (await assignment.NextOutcomeAsync()).Kind);
    }

    [Fact]
    public async Task A_worker_comes_back_to_a_pool_that_was_restarted_and_shows_one_loss()
    {
        var before = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(before);
        await worker.Events.NextAsync<JoinedEvent>();

        await before.DisposeAsync();
        await worker.Events.NextAsync<LostEvent>();
        await using var after = await FakePool.StartAsync(before.Port);
        var assignment = await after.AssignAsync(await after.NextJoinAsync());

        Assert.Equal(OutcomeKind.Done, (await assignment.NextOutcomeAsync()).Kind);
        Assert.Equal(0, worker.Events.Waiting<LostEvent>());
    }

    [Fact]
    public async Task Work_that_came_over_a_lost_connection_goes_on_is_named_at_the_next_join_and_is_reported()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool, sessions: 1);
        var end = Signal();
        var (joined, held) = await KeepBusyAsync(pool, worker, end.Task);

        joined.Drop();
        var again = await pool.NextJoinAsync();
        end.SetResult();

        Assert.Empty(joined.Request!.Held);
        Assert.Equal([held.Message.AssignmentId], again.Request!.Held);
        Assert.Equal(OutcomeKind.Done, (await held.NextOutcomeAsync()).Kind);
    }

    [Fact]
    public async Task What_the_pool_takes_back_after_a_lost_connection_is_stopped_and_makes_room()
    {
        var (started, stopped) = (Signal(), Signal());
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool, sessions: 1);
        worker.Transcoder.Work = async (_, _, token) =>
        {
            using var ended = token.Register(stopped.SetResult);
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return new TranscodeOutcome.Failed("never");
        };
        var joined = await pool.NextJoinAsync();
        var lost = await pool.AssignAsync(joined);
        await started.Task.WaitAsync(Patience.Limit);

        joined.Drop();
        var again = await pool.NextJoinAsync();
        await again.Client.Cancel(lost.Message.AssignmentId, "over");
        await stopped.Task.WaitAsync(Patience.Limit);
        worker.Transcoder.Work = FakeTranscoder.EchoAsync;
        var next = await pool.AssignAsync(again);

        Assert.Equal(OutcomeKind.Done, (await next.NextOutcomeAsync()).Kind);
        Assert.Equal(0, lost.WaitingOutcomes);
    }

    [Fact]
    public async Task A_pool_that_gives_no_sign_of_life_while_there_is_work_is_left_with_that_work_and_dialled_again_though_its_socket_is_open()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool, sessions: 1);
        var (_, held) = await KeepBusyAsync(pool, worker, Signal().Task);

        // It never probes, and its connections stay as they are.
        var again = await pool.NextJoinAsync();
        worker.Transcoder.Work = FakeTranscoder.EchoAsync;
        var next = await pool.AssignAsync(again);

        Assert.Contains("no sign of life", (await worker.Events.NextAsync<LostEvent>()).Reason, StringComparison.Ordinal);
        Assert.Equal(held.Message.AssignmentId, (await worker.Events.NextAsync<DroppedEvent>()).AssignmentId);
        Assert.Empty(again.Request!.Held);
        Assert.Equal(OutcomeKind.Done, (await next.NextOutcomeAsync()).Kind);
        Assert.Equal(0, held.WaitingOutcomes);
    }

    /// <summary>Gives the worker a segment that it works on until the end.</summary>
    private static async Task<(FakeWorker Joined, FakeAssignment Held)> KeepBusyAsync(FakePool pool, WorkerUnderTest worker, Task end)
    {
        var started = Signal();
        worker.Transcoder.Work = async (job, sink, token) =>
        {
            started.SetResult();
            await end.WaitAsync(token);
            return await FakeTranscoder.EchoAsync(job, sink, token);
        };
        var joined = await pool.NextJoinAsync();
        var held = await pool.AssignAsync(joined);
        await started.Task.WaitAsync(Patience.Limit);
        return (joined, held);
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_pool_that_refuses_a_worker_it_had_taken_before_ends_it()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        var joined = await pool.NextJoinAsync();
        await worker.Events.NextAsync<JoinedEvent>();

        pool.Verdict = _ => new JoinVerdict(false, Guid.Empty, "This worker was banned.", 0);
        joined.Drop();

        Assert.Equal(new LinkEnd.Refused("This worker was banned."), await worker.End);
    }

    [Fact]
    public async Task A_worker_that_waits_for_its_pool_leaves_at_once_when_asked()
    {
        var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool, time: new ManualTime());
        await worker.Events.NextAsync<JoinedEvent>();
        await pool.DisposeAsync();
        await worker.Events.NextAsync<LostEvent>();

        worker.Drain();

        Assert.IsType<LinkEnd.Left>(await worker.End);
    }
}
