using Pool.Server.Chain.Outbox;
using Pool.Shared.Ethereum;
using static Pool.Server.Tests.Chain.Outbox.OutboxUnderTest;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>When the key is used elsewhere.</summary>
public sealed class GuardTests : IAsyncLifetime
{
    private OutboxUnderTest _outbox = null!;   // set before any test runs

    public async Task InitializeAsync() => _outbox = await StartAsync();

    public async Task DisposeAsync() => await _outbox.DisposeAsync();

    [Fact]
    public async Task A_nonce_that_somebody_else_used_stops_sending_until_it_is_accepted()
    {
        await _outbox.PlaceAsync("a");
        await _outbox.SettleAsync();
        _outbox.Chain.MineForeign(_outbox.Key);
        await _outbox.PlaceAsync("b");
        await _outbox.PassAsync();

        Assert.Contains("is used elsewhere: the chain has 2 transactions of it, 1 of them were signed here", await _outbox.HaltAsync(), StringComparison.Ordinal);
        Assert.Equal(IntentState.Planned, await _outbox.StateAsync("b"));
        Assert.False(await _outbox.Desk.AcceptAsync(3, CancellationToken.None));
        Assert.True(await _outbox.Desk.AcceptAsync(2, CancellationToken.None));

        await _outbox.SettleAsync();
        Assert.Equal(("", (ulong?)2, IntentState.Done), (await _outbox.HaltAsync(), (await _outbox.IntentAsync("b")).Nonce, await _outbox.StateAsync("b")));
    }

    [Fact]
    public async Task A_transaction_of_somebody_else_that_waits_in_the_node_stops_sending()
    {
        await _outbox.PlaceAsync("a");
        await _outbox.SettleAsync();
        await _outbox.Chain.SendAsync(FakeChain.Foreign(_outbox.Key, 1).ToBytes(), CancellationToken.None);
        await _outbox.PlaceAsync("b");
        await _outbox.PassAsync();
        Assert.Contains("a node holds its transactions up to nonce 1, those from 1 on were not signed here", await _outbox.HaltAsync(), StringComparison.Ordinal);

        _outbox.Chain.ForgetPool();
        await _outbox.SettleAsync();
        Assert.Equal(IntentState.Done, await _outbox.StateAsync("b"));
    }

    [Fact]
    public async Task A_nonce_of_ours_that_went_to_somebody_else_ends_the_order_only_when_that_is_final_and_accepted()
    {
        _outbox.Chain.Next(FakeChain.Weather.LoseRequest);
        await _outbox.PlaceAsync("a");
        await _outbox.PassAsync();
        _outbox.Chain.MineForeign(_outbox.Key);
        await _outbox.PassAsync();
        Assert.Equal(("", IntentState.Sent), (await _outbox.HaltAsync(), await _outbox.StateAsync("a")));

        _outbox.Chain.MineEmpty(3);
        await _outbox.PassAsync();
        Assert.Contains("nonce 0 of a went to another transaction, for good", await _outbox.HaltAsync(), StringComparison.Ordinal);
        Assert.Equal((IntentState.Sent, null), (await _outbox.StateAsync("a"), await _outbox.BookedAsync("a")));

        Assert.True(await _outbox.Desk.AcceptAsync(1, CancellationToken.None));
        await _outbox.PlaceAsync("b");
        await _outbox.SettleAsync();
        Assert.Equal((IntentState.Refused, 0), (await _outbox.StateAsync("a"), _outbox.Effects("a")));
        Assert.Equal("Refused", (await _outbox.BookedAsync("a"))?.State);
        Assert.Equal((IntentState.Done, (ulong?)1), (await _outbox.StateAsync("b"), (await _outbox.IntentAsync("b")).Nonce));
    }

    [Fact]
    public async Task A_chain_without_what_was_final_here_is_not_sent_to()
    {
        await _outbox.PlaceAsync("a");
        await _outbox.SettleAsync();
        _outbox.Chain.Lag = (int)_outbox.Chain.Height;
        await _outbox.PlaceAsync("b");
        await _outbox.PassAsync();
        Assert.StartsWith("the chain has 0 transactions of", await _outbox.HaltAsync(), StringComparison.Ordinal);
        Assert.Equal(IntentState.Planned, await _outbox.StateAsync("b"));

        _outbox.Chain.Lag = 0;
        await _outbox.SettleAsync();
        Assert.Equal(("", IntentState.Done), (await _outbox.HaltAsync(), await _outbox.StateAsync("b")));
    }

    [Fact]
    public async Task A_restart_finds_its_own_transactions_and_sends_on()
    {
        await _outbox.PlaceAsync("a", "b");
        await _outbox.PassAsync();
        await _outbox.EndProcessAsync();
        _outbox.Chain.ForgetPool();
        await _outbox.PlaceAsync("c");
        await _outbox.SettleAsync();

        Assert.Equal("", await _outbox.HaltAsync());
        Assert.Equal([0UL, 1UL, 2UL], _outbox.Chain.Mined.Select(one => one.Transaction.Nonce));
        Assert.Equal(3, await _outbox.ScalarAsync("SELECT count(*) FROM tx_attempts"));
    }

    [Fact]
    public async Task Two_processes_never_write_for_one_account()
    {
        await _outbox.PassAsync();
        Assert.Null(await OutboxWriter.TryTakeAsync(_outbox.Source, _outbox.Sender, TimeProvider.System, CancellationToken.None));
        await using (var other = await OutboxWriter.TryTakeAsync(_outbox.Source, new OutboxAccount(31337, Address.Zero), TimeProvider.System, CancellationToken.None))
        {
            Assert.NotNull(other);
        }

        await _outbox.EndProcessAsync();
        await using var next = await OutboxWriter.TryTakeAsync(_outbox.Source, _outbox.Sender, TimeProvider.System, CancellationToken.None);
        Assert.NotNull(next);
    }
}
