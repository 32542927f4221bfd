using Pool.Server.Chain.Outbox;
using Pool.Server.Signing;
using Pool.Shared.Money;
using static Pool.Server.Tests.Chain.Outbox.OutboxUnderTest;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>From an order to a block.</summary>
public sealed class SendTests : IAsyncLifetime
{
    private OutboxUnderTest _outbox = null!;   // set before any test runs

    public async Task InitializeAsync() => _outbox = await StartAsync();

    public async Task DisposeAsync() => await _outbox.DisposeAsync();

    [Fact]
    public async Task An_order_is_signed_sent_mined_observed_and_final()
    {
        await _outbox.PlaceAsync("reward/1");
        await _outbox.PassAsync();
        var sent = await _outbox.IntentAsync("reward/1");
        _outbox.Chain.Mine();
        await _outbox.PassAsync();
        var mined = await _outbox.IntentAsync("reward/1");
        var bookedEarly = await _outbox.BookedAsync("reward/1");
        _outbox.Chain.MineEmpty(2);
        await _outbox.PassAsync();
        var done = await _outbox.IntentAsync("reward/1");

        var transaction = Assert.Single(_outbox.Chain.Mined);
        Assert.Equal((IntentState.Sent, (ulong?)0, transaction.Hash()), (sent.State, sent.Nonce, sent.Transaction));
        Assert.Equal((IntentState.Mined, IntentState.Done), (mined.State, done.State));
        Assert.Null(bookedEarly);
        var block = await _outbox.Chain.BlockAsync(Pool.Server.Chain.Rpc.BlockTag.At(1), CancellationToken.None);
        Assert.Equal(("Done", block!.Hash.ToString()), await _outbox.BookedAsync("reward/1"));
        Assert.Empty(await _outbox.OpenAsync());
    }

    [Fact]
    public async Task A_transaction_is_what_was_ordered_at_twice_the_base_fee_with_a_margin_of_gas()
    {
        await _outbox.PlaceAsync(Order("a") with { Value = new Wei(7) }, Order("b") with { GasLimit = 555_555 });
        await _outbox.PassAsync();

        var (first, second) = (_outbox.Chain.Broadcast[0].Transaction, _outbox.Chain.Broadcast[1].Transaction);
        Assert.Equal((31337UL, 0UL, Order("a").To, new Wei(7), Hex("a")), (first.ChainId, first.Nonce, first.To!.Value, first.Value, FakeChain.Hex(first.Data)));
        Assert.Equal((new Wei(2_000_000_000), Wei.Zero, 130_002UL), (first.MaxFeePerGas, first.MaxPriorityFeePerGas, first.GasLimit));
        Assert.Equal((1UL, 555_555UL, 1), (second.Nonce, second.GasLimit, _outbox.Chain.Estimates));
    }

    [Fact]
    public async Task Nonce_bytes_and_hash_are_committed_before_anything_is_broadcast()
    {
        var stored = new List<long>();
        _outbox.Chain.Passing = what =>
        {
            if (what == "send")
            {
                stored.Add(_outbox.ScalarAsync("SELECT count(*) FROM tx_attempts a JOIN tx_intents i ON i.id = a.intent AND i.state = 'sent' AND i.nonce = 0").GetAwaiter().GetResult());
            }
        };
        await _outbox.PlaceAsync("a");
        await _outbox.PassAsync();

        Assert.Equal([1], stored);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_no_answer_comes_the_same_bytes_are_sent_again(bool isTaken)
    {
        var weather = isTaken ? FakeChain.Weather.LoseReply : FakeChain.Weather.LoseRequest;
        _outbox.Chain.Next(weather, weather);
        await _outbox.PlaceAsync("a");
        await _outbox.PassAsync();
        await _outbox.PassAsync();
        await _outbox.PassAsync();
        await _outbox.PassAsync();

        Assert.Equal(3, _outbox.Chain.Broadcast.Count);
        Assert.Single(_outbox.Chain.Broadcast.Select(one => one.Hash()).Distinct());
        await _outbox.SettleAsync();
        Assert.Equal((IntentState.Done, 1), (await _outbox.StateAsync("a"), _outbox.Effects("a")));
    }

    [Fact]
    public async Task Bytes_that_the_node_forgot_are_sent_again_after_a_while()
    {
        await _outbox.PlaceAsync("a");
        await _outbox.PassAsync();
        _outbox.Chain.ForgetPool();
        await _outbox.PassAsync();
        Assert.Single(_outbox.Chain.Broadcast);

        _outbox.Time.Forward(_outbox.Options.ResendAfter);
        await _outbox.SettleAsync();

        Assert.Equal((IntentState.Done, 1), (await _outbox.StateAsync("a"), _outbox.Effects("a")));
        Assert.Equal(1, await _outbox.ScalarAsync("SELECT count(*) FROM tx_attempts"));
    }

    [Fact]
    public async Task What_would_revert_is_refused_before_it_takes_a_nonce()
    {
        _outbox.Chain.WouldRevert.Add(Hex("bad"));
        await _outbox.PlaceAsync("bad", "good");
        await _outbox.PassAsync();

        var bad = await _outbox.IntentAsync("bad");
        Assert.Equal((IntentState.Refused, (ulong?)null, "it would revert: not now"), (bad.State, bad.Nonce, bad.Detail));
        Assert.Equal(("Refused", ""), await _outbox.BookedAsync("bad"));
        Assert.Equal((ulong?)0, (await _outbox.IntentAsync("good")).Nonce);
    }

    [Fact]
    public async Task What_reverts_on_the_chain_is_reverted_for_good_and_was_tried_once()
    {
        _outbox.Chain.Reverting.Add(Hex("a"));
        await _outbox.PlaceAsync("a");
        await _outbox.SettleAsync();
        await _outbox.SettleAsync();

        Assert.Equal((IntentState.Reverted, 1), (await _outbox.StateAsync("a"), _outbox.Effects("a")));
        Assert.Equal("Reverted", (await _outbox.BookedAsync("a"))?.State);
    }

    [Fact]
    public async Task Only_so_many_are_in_flight()
    {
        _outbox.Options.MaxInFlight = 3;
        await _outbox.PlaceAsync("a", "b", "c", "d", "e");
        await _outbox.PassAsync();
        await _outbox.PassAsync();
        Assert.Equal(3, _outbox.Chain.Broadcast.Count);

        await _outbox.SettleAsync();
        Assert.All(["a", "b", "c", "d", "e"], key => Assert.Equal(1, _outbox.Effects(key)));
    }

    [Fact]
    public async Task An_order_that_the_signer_refuses_takes_no_nonce_holds_nobody_up_and_is_asked_for_again_later()
    {
        _outbox.Signer.Refused.Add(Hex("much"));
        await _outbox.PlaceAsync("much", "little");
        await _outbox.PassAsync();

        var line = await _outbox.LineAsync("much");
        Assert.Equal(("planned", (ulong?)null), (line.State, line.Nonce));
        Assert.Contains("the cap is 6 a day", line.Alarm, StringComparison.Ordinal);
        Assert.Equal((IntentState.Sent, (ulong?)0), ((await _outbox.IntentAsync("little")).State, (await _outbox.IntentAsync("little")).Nonce));

        _outbox.Signer.Refused.Clear();
        await _outbox.PassAsync();
        Assert.Equal(IntentState.Planned, await _outbox.StateAsync("much"));
        _outbox.Time.Forward(_outbox.Options.AskSignerAgainAfter);
        await _outbox.PassAsync();
        line = await _outbox.LineAsync("much");
        Assert.Equal(("sent", (ulong?)1, ""), (line.State, line.Nonce, line.Alarm));
    }

    [Fact]
    public async Task While_the_signer_is_away_orders_wait_without_a_nonce()
    {
        _outbox.Signer.IsAway = true;
        await _outbox.PlaceAsync("a", "b");
        await _outbox.PassAsync();
        Assert.Contains("nobody is there", (await _outbox.LineAsync("a")).Alarm, StringComparison.Ordinal);

        _outbox.Signer.IsAway = false;
        await _outbox.SettleAsync();
        Assert.Equal((0UL, 1UL), (_outbox.Chain.Mined[0].Transaction.Nonce, _outbox.Chain.Mined[1].Transaction.Nonce));
    }

    [Fact]
    public async Task While_gas_costs_more_than_the_ceiling_orders_wait_and_say_so()
    {
        _outbox.Chain.BaseFee = Wei.OneGwei * 101;
        _outbox.Chain.MineEmpty();
        await _outbox.PlaceAsync("a");
        await _outbox.PassAsync();
        Assert.Contains("above Chain:MaxGasPrice of 100000000000", (await _outbox.LineAsync("a")).Alarm, StringComparison.Ordinal);

        _outbox.Chain.BaseFee = Wei.OneGwei * 80;
        _outbox.Chain.MineEmpty();
        await _outbox.SettleAsync();
        Assert.Equal(IntentState.Done, await _outbox.StateAsync("a"));
        Assert.Equal(Wei.OneGwei * 100, _outbox.Chain.Mined[0].Transaction.MaxFeePerGas);
    }

    [Fact]
    public async Task An_account_that_cannot_pay_is_an_alarm_and_the_same_bytes_go_when_it_can()
    {
        _outbox.Chain.Poor = "insufficient funds for gas * price + value";
        await _outbox.PlaceAsync("a");
        await _outbox.PassAsync();
        Assert.Contains("insufficient funds", (await _outbox.LineAsync("a")).Alarm, StringComparison.Ordinal);

        _outbox.Chain.Poor = null;
        _outbox.Time.Forward(_outbox.Options.ResendAfter);
        await _outbox.SettleAsync();
        Assert.Equal((IntentState.Done, 1), (await _outbox.StateAsync("a"), (await _outbox.LineAsync("a")).Attempts));
    }

    [Fact]
    public async Task The_first_nonce_is_the_one_that_the_chain_has_counted_to()
    {
        _outbox.Chain.MineForeign(_outbox.Key);
        _outbox.Chain.MineForeign(_outbox.Key);
        await _outbox.PlaceAsync("a");
        await _outbox.PassAsync();

        Assert.Equal((ulong?)2, (await _outbox.IntentAsync("a")).Nonce);
        Assert.Equal(TransactionPurpose.Reward, _outbox.Signer.Signed[0].Purpose);
    }
}
