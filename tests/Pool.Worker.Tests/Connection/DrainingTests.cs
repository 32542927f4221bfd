using Pool.Shared.Contracts;
using Pool.Worker.Connection;

namespace Pool.Worker.Tests.Connection;

public sealed class DrainingTests
{
    [Fact]
    public async Task A_draining_worker_says_so_refuses_new_segments_finishes_what_it_holds_and_leaves()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool, sessions: 2);
        worker.Transcoder.Work = async (job, sink, token) =>
        {
            started.TrySetResult();
            await gate.Task.WaitAsync(token);
            return await FakeTranscoder.EchoAsync(job, sink, token);
        };
        var joined = await pool.NextJoinAsync();
        var held = await pool.AssignAsync(joined);
        await started.Task.WaitAsync(Patience.Limit);

        worker.Drain();
        Assert.Equal(0, await joined.NextCapacityAsync());
        var refused = await (await pool.AssignAsync(joined)).NextOutcomeAsync();
        gate.SetResult();

        Assert.Equal((OutcomeKind.Refused, "The worker is draining"), (refused.Kind, refused.Detail));
        Assert.Equal(OutcomeKind.Done, (await held.NextOutcomeAsync()).Kind);
        Assert.Equal(1, (await worker.Events.NextAsync<DrainingEvent>()).Held);
        Assert.IsType<LinkEnd.Left>(await worker.End);
        await joined.Gone;
    }

    [Fact]
    public async Task A_worker_that_holds_nothing_leaves_at_once()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        var joined = await pool.NextJoinAsync();
        await worker.Events.NextAsync<JoinedEvent>();

        worker.Drain();

        Assert.IsType<LinkEnd.Left>(await worker.End);
        await joined.Gone;
    }

    [Fact]
    public async Task A_second_request_stops_what_is_held()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        worker.Transcoder.Work = async (_, _, token) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            throw new System.Diagnostics.UnreachableException();
        };
        var held = await pool.AssignAsync(await pool.NextJoinAsync());
        await started.Task.WaitAsync(Patience.Limit);

        worker.Drain();
        await worker.Events.NextAsync<DrainingEvent>();
        worker.Stop();

        Assert.IsType<LinkEnd.Left>(await worker.End);
        Assert.Equal(0, held.WaitingOutcomes);
    }

    [Fact]
    public async Task A_draining_worker_that_loses_its_connection_does_not_come_back()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        worker.Transcoder.Work = async (_, _, token) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            throw new System.Diagnostics.UnreachableException();
        };
        var joined = await pool.NextJoinAsync();
        await pool.AssignAsync(joined);
        await started.Task.WaitAsync(Patience.Limit);

        worker.Drain();
        await joined.NextCapacityAsync();
        joined.Drop();

        Assert.IsType<LinkEnd.Left>(await worker.End);
        Assert.Single(pool.Hellos);
    }
}
