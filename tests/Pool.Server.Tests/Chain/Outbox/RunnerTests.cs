using Pool.Server.Chain.Outbox;
using Pool.Server.Tests.Kit;
using static Pool.Server.Tests.Chain.Outbox.OutboxUnderTest;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>The outbox as it runs by itself. It looks at the chain every ten minutes here, so what happens sooner happens because it was woken.</summary>
public sealed class RunnerTests : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private OutboxUnderTest _outbox = null!;   // set before any test runs

    public async Task InitializeAsync() => _outbox = await StartAsync();

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _outbox.DisposeAsync();
    }

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task What_is_placed_is_sent_at_once()
    {
        var running = _outbox.Runner().RunAsync(_stop.Token);
        await IsBegunAsync();
        await _outbox.PlaceAsync("a");

        await Eventually.IsSoAsync("it is sent", async () => await _outbox.StateAsync("a") == IntentState.Sent);
        await EndAsync(running, _stop);
    }

    [Fact]
    public async Task Of_two_processes_one_sends_and_the_other_takes_over()
    {
        using var stopFirst = new CancellationTokenSource();
        var first = _outbox.Runner().RunAsync(stopFirst.Token);
        await IsBegunAsync();
        var second = _outbox.Runner().RunAsync(_stop.Token);
        await _outbox.PlaceAsync("a");
        await Eventually.IsSoAsync("it is sent", async () => await _outbox.StateAsync("a") == IntentState.Sent);

        await EndAsync(first, stopFirst);
        await _outbox.PlaceAsync("b");
        await Eventually.IsSoAsync("the other sends", async () =>
        {
            _outbox.Time.Forward(TimeSpan.FromSeconds(2));
            return await _outbox.StateAsync("b") == IntentState.Sent;
        });

        Assert.Equal(2, _outbox.Signer.Signed.Count);
        await EndAsync(second, _stop);
    }

    [Fact]
    public async Task It_goes_on_after_the_database_was_away()
    {
        var running = _outbox.Runner().RunAsync(_stop.Token);
        await IsBegunAsync();
        await _outbox.Database.CutAsync();
        await Eventually.IsSoAsync("it has noticed", () => Task.FromResult(_outbox.Log.Lines.Any(line => line.Text.StartsWith("The database failed", StringComparison.Ordinal))));
        Npgsql.NpgsqlConnection.ClearAllPools();
        await _outbox.PlaceAsync("a");

        await Eventually.IsSoAsync("it is sent", async () =>
        {
            _outbox.Time.Forward(TimeSpan.FromSeconds(2));
            return await _outbox.StateAsync("a") == IntentState.Sent;
        });
        await EndAsync(running, _stop);
    }

    private Task IsBegunAsync() => Eventually.IsSoAsync("the account is begun", async () => await _outbox.ScalarAsync("SELECT count(*) FROM tx_accounts") == 1);

    private static async Task EndAsync(Task running, CancellationTokenSource stop)
    {
        await stop.CancelAsync();
        try
        {
            await running.WaitAsync(Patience.Limit);
        }
        catch (OperationCanceledException)
        {
            // It ends by being cancelled.
        }
    }
}
