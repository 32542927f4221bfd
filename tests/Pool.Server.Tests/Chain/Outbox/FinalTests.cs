using Pool.Server.Chain.Outbox;
using Pool.Server.Chain.Rpc;
using static Pool.Server.Tests.Chain.Outbox.OutboxUnderTest;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>From a block to the end, or back.</summary>
public sealed class FinalTests : IAsyncLifetime
{
    private OutboxUnderTest _outbox = null!;   // set before any test runs

    public async Task InitializeAsync() => _outbox = await StartAsync();

    public async Task DisposeAsync() => await _outbox.DisposeAsync();

    [Theory]
    [InlineData("3", 3)]
    [InlineData("finalized", 2)]
    public async Task An_intent_is_final_when_its_block_stays(string finality, int blocks)
    {
        _outbox.ChainOptions.Finality = finality;
        await MineAsync("a");
        _outbox.Chain.MineEmpty(blocks - 1);
        await _outbox.PassAsync();
        Assert.Equal(IntentState.Mined, await _outbox.StateAsync("a"));

        _outbox.Chain.MineEmpty();
        await _outbox.PassAsync();
        Assert.Equal(IntentState.Done, await _outbox.StateAsync("a"));
    }

    [Fact]
    public async Task The_account_is_settled_from_the_block_of_its_last_transaction_on_once_that_is_final()
    {
        await MineAsync("a");
        Assert.False(await _outbox.Outbox.IsSettledAsync(ulong.MaxValue / 2, CancellationToken.None));

        await _outbox.SettleAsync();
        var block = (ulong)await _outbox.Database.ScalarAsync("SELECT mined_block FROM tx_intents");

        Assert.False(await _outbox.Outbox.IsSettledAsync(block - 1, CancellationToken.None));
        Assert.True(await _outbox.Outbox.IsSettledAsync(block, CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transaction_whose_block_was_replaced_is_sent_again_with_the_same_bytes_and_observed_anew(bool isForgotten)
    {
        await MineAsync("a");
        var first = (await _outbox.Chain.BlockAsync(BlockTag.At(1), CancellationToken.None))!.Hash;
        _outbox.Chain.Reorganize(2, isForgotten);
        await _outbox.PassAsync();
        var again = await _outbox.IntentAsync("a");

        Assert.Equal((IntentState.Sent, (ulong?)0), (again.State, again.Nonce));
        Assert.Equal(2, _outbox.Chain.Broadcast.Count);
        Assert.Single(_outbox.Chain.Broadcast.Select(one => one.Hash()).Distinct());
        await _outbox.SettleAsync();
        var booked = await _outbox.BookedAsync("a");
        Assert.Equal(("Done", 1), (booked?.State, _outbox.Effects("a")));
        Assert.NotEqual(first.ToString(), booked?.Observed);
        Assert.Contains(_outbox.Log.Lines, line => line.Text.Contains("is in no block any more", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_transaction_that_moved_to_another_block_is_observed_there_and_not_final_by_the_old_one()
    {
        await MineAsync("a");
        _outbox.Chain.Reorganize(2, isForgotten: false);
        _outbox.Chain.Mine();
        _outbox.Chain.MineEmpty(2);
        await _outbox.PassAsync();
        Assert.Equal(IntentState.Mined, await _outbox.StateAsync("a"));
        Assert.Single(_outbox.Chain.Broadcast);

        await _outbox.PassAsync();
        var block = (await _outbox.Chain.BlockAsync(BlockTag.At(3), CancellationToken.None))!.Hash;
        Assert.Equal(("Done", block.ToString()), await _outbox.BookedAsync("a"));
    }

    [Fact]
    public async Task Owner_and_row_end_in_one_transaction_and_an_owner_that_fails_holds_nobody_else_up()
    {
        var isBroken = true;
        _outbox.Owner.Passing = what =>
        {
            if (what == "final" && isBroken)
            {
                isBroken = false;
                throw new InvalidOperationException("the books are closed");
            }
        };
        await _outbox.PlaceAsync("a", "b");
        await _outbox.PassAsync();
        _outbox.Chain.Mine(3);
        await _outbox.PassAsync();
        await _outbox.PassAsync();

        Assert.Equal((IntentState.Mined, null), (await _outbox.StateAsync("a"), await _outbox.BookedAsync("a")));
        Assert.Contains("the books are closed", (await _outbox.LineAsync("a")).Alarm, StringComparison.Ordinal);
        Assert.Equal(IntentState.Done, await _outbox.StateAsync("b"));

        await _outbox.PassAsync();
        Assert.Equal(("done", ""), ((await _outbox.LineAsync("a")).State, (await _outbox.LineAsync("a")).Alarm));
        Assert.Equal("Done", (await _outbox.BookedAsync("a"))?.State);
    }

    [Fact]
    public async Task What_an_owner_cannot_read_yet_is_read_at_the_next_pass()
    {
        var isAway = true;
        _outbox.Owner.Observe = (_, receipt) => isAway ? throw new RpcException("nobody answers") : receipt.BlockHash.ToString();
        await MineAsync("a");
        Assert.Equal(IntentState.Sent, await _outbox.StateAsync("a"));

        isAway = false;
        await _outbox.SettleAsync();
        Assert.Equal((1, "Done"), (_outbox.Chain.Broadcast.Count, (await _outbox.BookedAsync("a"))?.State));
    }

    [Fact]
    public async Task A_node_that_is_behind_makes_nothing_happen_twice()
    {
        await MineAsync("a");
        _outbox.Chain.Lag = 1;
        await _outbox.PlaceAsync("b");
        await _outbox.PassAsync();
        await _outbox.PassAsync();
        _outbox.Chain.Lag = 0;
        await _outbox.SettleAsync();

        Assert.Equal((IntentState.Done, IntentState.Done), (await _outbox.StateAsync("a"), await _outbox.StateAsync("b")));
        Assert.Equal((1, 1, 2), (_outbox.Effects("a"), _outbox.Effects("b"), _outbox.Chain.Mined.Count));
    }

    private async Task MineAsync(string key)
    {
        await _outbox.PlaceAsync(key);
        await _outbox.PassAsync();
        _outbox.Chain.Mine();
        await _outbox.PassAsync();
    }
}
