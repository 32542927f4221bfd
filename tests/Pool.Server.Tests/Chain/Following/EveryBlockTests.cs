using Pool.Server.Chain.Following;
using Pool.Server.Chain.Rpc;
using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Chain.Following;

/// <summary>The loop around whatever is done with every block.</summary>
public sealed class EveryBlockTests
{
    [Fact]
    public async Task Each_reason_of_a_failure_is_told_once_and_that_it_works_again_once()
    {
        var heard = new List<string>();
        var goes = new Queue<string?>([null, "no answer", "no answer", "another chain", null, null, "no answer"]);
        using var stop = new CancellationTokenSource();

        await EveryBlock.DoAsync(() => Task.CompletedTask, Patience.Limit, TimeProvider.System, WorkAsync, heard.Add, stop.Token, () => heard.Add("it works"));

        Assert.Equal(["no answer", "another chain", "it works", "no answer"], heard);

        async Task WorkAsync(CancellationToken cancellationToken)
        {
            var fault = goes.Dequeue();
            if (goes.Count == 0)
            {
                await stop.CancelAsync();
            }

            if (fault is not null)
            {
                throw new RpcException(fault);
            }
        }
    }

    [Fact]
    public async Task A_block_that_comes_first_leaves_no_timer_behind()
    {
        var time = new FirstTimer();
        var blocks = new Queue<TaskCompletionSource>([new(TaskCreationOptions.RunContinuationsAsynchronously), new()]);
        var first = blocks.Peek();
        using var stop = new CancellationTokenSource();

        var loop = EveryBlock.DoAsync(() => blocks.Dequeue().Task, TimeSpan.FromDays(1), time, _ => Task.CompletedTask, Assert.Fail, stop.Token);
        await time.Began.WaitAsync(Patience.Limit);
        first.SetResult();

        await time.Ended.WaitAsync(Patience.Limit);
        await stop.CancelAsync();
        await loop.WaitAsync(Patience.Limit);
    }

    /// <summary>A clock that says when its first timer is made, and when that is given back.</summary>
    private sealed class FirstTimer : TimeProvider
    {
        private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Began => _began.Task;

        public Task Ended => _ended.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new ToldTimer(_began.TrySetResult() ? _ended : new TaskCompletionSource());

        private sealed class ToldTimer(TaskCompletionSource ended) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => ended.TrySetResult();

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
