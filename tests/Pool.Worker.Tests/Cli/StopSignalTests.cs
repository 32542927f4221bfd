using Pool.Worker.Tests.Connection;

namespace Pool.Worker.Tests.Cli;

public sealed class StopSignalTests : IDisposable
{
    private readonly string _home = Path.Combine(Path.GetTempPath(), $"pool-worker-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_home))
        {
            Directory.Delete(_home, recursive: true);
        }
    }

    [Fact]
    public async Task One_signal_lets_the_worker_finish_and_exit_well()
    {
        await using var pool = await FakePool.StartAsync();
        using var worker = Start(pool);
        var joined = await pool.NextJoinAsync();
        var mayFetch = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = await pool.AssignAsync(joined, before: made => made.MayFetch = mayFetch.Task);
        await held.Fetched;

        worker.Terminate();
        Assert.Equal(0, await joined.NextCapacityAsync());
        mayFetch.SetResult();
        await held.NextOutcomeAsync();
        var (exit, output, error) = await worker.EndAsync();

        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("finishing 1 segment, press Ctrl-C again to stop at once", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_signal_ends_the_worker_at_once()
    {
        await using var pool = await FakePool.StartAsync();
        using var worker = Start(pool);
        var joined = await pool.NextJoinAsync();
        var never = new TaskCompletionSource();
        var held = await pool.AssignAsync(joined, before: made => made.MayFetch = never.Task);
        await held.Fetched;

        worker.Terminate();
        Assert.Equal(0, await joined.NextCapacityAsync());
        worker.Terminate();
        var (exit, _, error) = await worker.EndAsync();

        Assert.Equal((130, ""), (exit, error));
        Assert.Equal(0, held.WaitingOutcomes);
        await joined.Gone;
    }

    [Fact]
    public async Task The_codec_process_outlives_signals_and_ends_with_its_input()
    {
        using var host = WorkerProgram.Start("transcode-host", "--device", "cpu");
        await host.HasSpoken;

        host.Interrupt();
        host.Terminate();
        host.CloseInput();

        Assert.Equal(0, (await host.EndAsync()).Exit);
    }

    private WorkerProgram Start(FakePool pool) => WorkerProgram.Start(
        "run", "--pool", pool.Address, "--payout", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "--home", _home, "--sessions", "1");
}
