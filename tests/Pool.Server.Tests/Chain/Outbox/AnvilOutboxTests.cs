using Pool.Server.Chain.Outbox;
using Pool.Server.Chain.Rpc;
using Pool.Server.Signing;
using Pool.Server.Tests.Kit;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;
using Pool.Tests.Chain;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>The outbox and a real node with Livepeer's contracts.</summary>
public sealed class AnvilOutboxTests(OneLocalChain one) : ChainTest(one)
{
    private static readonly Address s_payee = Address.FromWire([.. Enumerable.Repeat((byte)0x42, Address.Bytes)]);
    private OutboxUnderTest _outbox = null!;   // set before any test runs

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _outbox = await OutboxUnderTest.StartAsync();
        _outbox.Node = Chain.Rpc;
        _outbox.ChainOptions.Finality = "finalized";
        await Chain.Node.SetBalanceAsync(_outbox.Key.Address, Wei.OneEth * 10);
    }

    public override async Task DisposeAsync()
    {
        await _outbox.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_round_is_initialized_once_and_what_would_revert_is_refused()
    {
        var order = new IntentOrder(
            "round/2", TransactionPurpose.RoundInitialization, Chain.Contracts.RoundsManager.Address, Chain.Contracts.RoundsManager.Call("initializeRound").Data);
        await Chain.MineToNextRoundAsync();
        await _outbox.PlaceAsync(order, order with { Key = "round/2/again" });
        await FinishAsync();

        Assert.True(await Chain.IsRoundInitializedAsync());
        Assert.Equal(IntentState.Done, await _outbox.StateAsync("round/2"));
        var again = await _outbox.IntentAsync("round/2/again");
        Assert.Equal((IntentState.Refused, (ulong?)null, "it would revert: round already initialized"), (again.State, again.Nonce, again.Detail));
    }

    [Fact]
    public async Task A_payment_that_is_stuck_is_replaced_and_arrives_once()
    {
        await Chain.Node.SetAutomineAsync(false);
        await _outbox.PlaceAsync(Pay("a"), Pay("b"));
        await _outbox.PassAsync();
        var baseFee = (await Chain.HeadAsync()).BaseFee;
        await Chain.Node.SetNextBaseFeeAsync(baseFee * 20);
        await Chain.Node.MineAsync();
        Assert.Equal(Wei.Zero, await PaidAsync());

        _outbox.Time.Forward(_outbox.Options.StuckAfter);
        await _outbox.PassAsync();
        Assert.Equal((2, 1), ((await _outbox.LineAsync("a")).Attempts, (await _outbox.LineAsync("b")).Attempts));
        await Chain.Node.MineAsync();
        Assert.Equal(Wei.OneGwei, await PaidAsync());
        await FinishAsync();

        Assert.Equal(Wei.OneGwei * 2, await PaidAsync());
        Assert.Equal((IntentState.Done, IntentState.Done), (await _outbox.StateAsync("a"), await _outbox.StateAsync("b")));
    }

    [Fact]
    public async Task A_payment_whose_blocks_are_replaced_arrives_again_with_the_same_bytes()
    {
        await _outbox.PlaceAsync(Pay("a"));
        await _outbox.PassAsync();
        await Chain.Node.MineAsync();
        await _outbox.PassAsync();
        Assert.Equal((IntentState.Mined, Wei.OneGwei), (await _outbox.StateAsync("a"), await PaidAsync()));

        await Chain.Node.SetAutomineAsync(false);
        await Chain.Node.ReorgAsync(2);
        Assert.Equal(Wei.Zero, await PaidAsync());
        await _outbox.PassAsync();
        Assert.Equal(IntentState.Sent, await _outbox.StateAsync("a"));
        await FinishAsync();

        Assert.Equal((IntentState.Done, Wei.OneGwei), (await _outbox.StateAsync("a"), await PaidAsync()));
        Assert.Equal(1, (await _outbox.LineAsync("a")).Attempts);
    }

    [Fact]
    public async Task A_chain_that_is_set_back_behind_a_payment_gets_it_again()
    {
        var snapshot = await Chain.Node.SnapshotAsync();
        await _outbox.PlaceAsync(Pay("a"));
        await _outbox.PassAsync();
        await _outbox.PassAsync();
        Assert.Equal(IntentState.Mined, await _outbox.StateAsync("a"));
        await Chain.Node.RevertAsync(snapshot);
        await _outbox.EndProcessAsync();
        await FinishAsync();

        Assert.Equal((IntentState.Done, Wei.OneGwei), (await _outbox.StateAsync("a"), await PaidAsync()));
        Assert.Equal(1ul, await Chain.Rpc.TransactionCountAsync(_outbox.Key.Address, BlockTag.Latest, CancellationToken.None));
    }

    [Fact]
    public async Task A_key_that_is_used_elsewhere_stops_sending()
    {
        await _outbox.PassAsync();
        await Chain.SendAsync(_outbox.Key, new DevCall(s_payee, default) { Value = Wei.One, Gas = 21_000 });
        await _outbox.PlaceAsync(Pay("a"));
        await _outbox.PassAsync();

        Assert.Contains("pool-server outbox accept 1", await _outbox.HaltAsync(), StringComparison.Ordinal);
        Assert.Equal((IntentState.Planned, Wei.One), (await _outbox.StateAsync("a"), await PaidAsync()));
    }

    private static IntentOrder Pay(string key) => new(key, TransactionPurpose.Payout, s_payee, default) { Value = Wei.OneGwei };

    private Task<Wei> PaidAsync() => Chain.Rpc.BalanceAsync(s_payee, BlockTag.Latest, CancellationToken.None);

    private async Task FinishAsync()
    {
        for (var i = 0; i < 6; i++)
        {
            await _outbox.PassAsync();
            await Chain.Node.MineAsync();
        }

        await _outbox.PassAsync();
    }
}
