using Pool.Server.Chain.Outbox;
using Pool.Server.Signing;
using Pool.Shared.Money;
using static Pool.Server.Tests.Chain.Outbox.OutboxUnderTest;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>What does not get into a block.</summary>
public sealed class StuckTests : IAsyncLifetime
{
    private OutboxUnderTest _outbox = null!;   // set before any test runs

    public async Task InitializeAsync() => _outbox = await StartAsync();

    public async Task DisposeAsync() => await _outbox.DisposeAsync();

    [Fact]
    public async Task Too_low_a_fee_is_replaced_after_a_while_with_the_same_nonce_and_an_eighth_more()
    {
        await GetStuckAsync("a");
        _outbox.Time.Forward(_outbox.Options.StuckAfter);
        await _outbox.PassAsync();

        var (first, last) = (_outbox.Chain.Broadcast[0].Transaction, _outbox.Chain.Broadcast[^1].Transaction);
        Assert.Equal(first with { MaxFeePerGas = last.MaxFeePerGas, MaxPriorityFeePerGas = last.MaxPriorityFeePerGas }, last);
        Assert.Equal((Wei.OneGwei * 6, Wei.One), (last.MaxFeePerGas, last.MaxPriorityFeePerGas));
        Assert.Equal(2, (await _outbox.LineAsync("a")).Attempts);
        await _outbox.SettleAsync();
        Assert.Equal((IntentState.Done, 1), (await _outbox.StateAsync("a"), _outbox.Effects("a")));
    }

    [Fact]
    public async Task Nothing_is_replaced_before_its_time_or_while_its_fee_is_enough()
    {
        await GetStuckAsync("a");
        await _outbox.PassAsync();
        _outbox.Chain.BaseFee = Wei.OneGwei;
        _outbox.Chain.MineEmpty();
        _outbox.Time.Forward(_outbox.Options.StuckAfter * 10);
        await _outbox.PassAsync();

        Assert.Equal(1, await _outbox.ScalarAsync("SELECT count(*) FROM tx_attempts"));
    }

    [Fact]
    public async Task Only_the_first_nonce_that_is_missing_is_replaced()
    {
        await GetStuckAsync("a", "b", "c");
        _outbox.Time.Forward(_outbox.Options.StuckAfter);
        await _outbox.PassAsync();

        Assert.Equal((2, 1, 1), ((await _outbox.LineAsync("a")).Attempts, (await _outbox.LineAsync("b")).Attempts, (await _outbox.LineAsync("c")).Attempts));
    }

    [Fact]
    public async Task When_the_first_attempt_is_mined_after_it_was_replaced_the_order_is_done_once()
    {
        await GetStuckAsync("a");
        var first = _outbox.Chain.Broadcast[0];
        _outbox.Time.Forward(_outbox.Options.StuckAfter);
        await _outbox.PassAsync();
        _outbox.Chain.BaseFee = Wei.OneGwei;
        _outbox.Chain.MineInstead(first);
        _outbox.Time.Forward(_outbox.Options.ResendAfter);
        await _outbox.SettleAsync();

        var done = await _outbox.IntentAsync("a");
        Assert.Equal((IntentState.Done, first.Hash(), 1), (done.State, done.Transaction, _outbox.Effects("a")));
    }

    [Fact]
    public async Task What_the_node_calls_underpriced_is_raised_until_it_is_taken()
    {
        _outbox.Chain.RefusesLowFees = true;
        await _outbox.PlaceAsync("a");
        await _outbox.PassAsync();
        _outbox.Chain.ForgetPool();
        _outbox.Chain.BaseFee = Wei.OneGwei * 3;
        _outbox.Chain.MineEmpty();
        _outbox.Time.Forward(_outbox.Options.ResendAfter);
        await _outbox.PassAsync();
        await _outbox.SettleAsync();

        Assert.Equal((IntentState.Done, 2), (await _outbox.StateAsync("a"), (await _outbox.LineAsync("a")).Attempts));
    }

    [Fact]
    public async Task At_the_ceiling_nothing_is_raised_any_more_and_a_person_is_called()
    {
        _outbox.ChainOptions.MaxGasPrice = "2100000000";
        await GetStuckAsync("a");
        _outbox.Time.Forward(_outbox.Options.StuckAfter);
        await _outbox.PassAsync();

        var line = await _outbox.LineAsync("a");
        Assert.Equal(("sent", 1), (line.State, line.Attempts));
        Assert.Contains("an eighth more is above Chain:MaxGasPrice of 2100000000", line.Alarm, StringComparison.Ordinal);
        Assert.Contains(_outbox.Log.Lines, logged => logged.Text.StartsWith("a does not go on: stuck", StringComparison.Ordinal));

        _outbox.Chain.BaseFee = Wei.OneGwei;
        await _outbox.SettleAsync();
        Assert.Equal(IntentState.Done, await _outbox.StateAsync("a"));
    }

    [Fact]
    public async Task A_cancellation_uses_the_nonce_up_and_frees_the_item_when_it_is_final()
    {
        await GetStuckAsync("a", "b");
        Assert.True(await _outbox.Desk.CancelAsync("a", CancellationToken.None));
        await _outbox.PassAsync();

        var (purpose, nothing) = _outbox.Signer.Signed[^1];
        Assert.Equal((TransactionPurpose.Cancellation, 0UL, _outbox.Key.Address, 0), (purpose, nothing.Nonce, nothing.To!.Value, nothing.Data.Length));
        _outbox.Chain.Mine();
        await _outbox.PassAsync();
        Assert.Equal((IntentState.Mined, null), (await _outbox.StateAsync("a"), await _outbox.BookedAsync("a")));

        _outbox.Chain.BaseFee = Wei.OneGwei;
        await _outbox.SettleAsync();
        Assert.Equal((IntentState.Refused, 0), (await _outbox.StateAsync("a"), _outbox.Effects("a")));
        Assert.Equal("Refused", (await _outbox.BookedAsync("a"))?.State);
        Assert.Equal((IntentState.Done, 1), (await _outbox.StateAsync("b"), _outbox.Effects("b")));
    }

    [Fact]
    public async Task A_cancellation_that_comes_too_late_changes_nothing()
    {
        await GetStuckAsync("a");
        var first = _outbox.Chain.Broadcast[0];
        await _outbox.Desk.CancelAsync("a", CancellationToken.None);
        await _outbox.PassAsync();
        _outbox.Chain.BaseFee = Wei.OneGwei;
        _outbox.Chain.MineInstead(first);
        await _outbox.SettleAsync();

        Assert.Equal((IntentState.Done, 1), (await _outbox.StateAsync("a"), _outbox.Effects("a")));
        Assert.False(await _outbox.Desk.CancelAsync("a", CancellationToken.None));
    }

    [Fact]
    public async Task What_is_cancelled_before_it_is_signed_takes_no_nonce()
    {
        _outbox.Signer.IsAway = true;
        await _outbox.PlaceAsync("a");
        await _outbox.PassAsync();
        await _outbox.Desk.CancelAsync("a", CancellationToken.None);
        await _outbox.PassAsync();

        Assert.Equal((IntentState.Refused, null), ((await _outbox.IntentAsync("a")).State, (await _outbox.IntentAsync("a")).Nonce));
    }

    /// <summary>Signed at two gwei, and now the base fee is three.</summary>
    private async Task GetStuckAsync(params string[] keys)
    {
        await _outbox.PlaceAsync(keys);
        await _outbox.PassAsync();
        _outbox.Chain.BaseFee = Wei.OneGwei * 3;
        _outbox.Chain.Mine();
    }
}
