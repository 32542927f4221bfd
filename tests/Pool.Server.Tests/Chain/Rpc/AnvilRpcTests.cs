using Pool.Server.Chain.Rpc;
using Pool.Server.Tests.Kit;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Money;
using Pool.Tests.Chain;

namespace Pool.Server.Tests.Chain.Rpc;

/// <summary>The client and a real node.</summary>
public sealed class AnvilRpcTests(OneLocalChain one) : ChainTest(one)
{
    private static readonly Address s_payee = DevAccounts.WorkerA.Address;

    private IEthereumRpc Rpc => Chain.Rpc;

    [Fact]
    public async Task Transfer_arrives_and_its_receipt_says_what_it_cost()
    {
        var before = await BalanceAsync(DevAccounts.Outsider.Address);
        var payee = await BalanceAsync(s_payee);
        var signed = Transfer(nonce: 0).Sign(DevAccounts.Outsider);

        Assert.Equal(new SendResult(SendVerdict.Taken, signed.Hash().ToString()), await Rpc.SendAsync(signed.ToBytes(), CancellationToken.None));

        var receipt = (await Chain.ReceiptsAsync([signed.Hash()]))[0];
        Assert.True(receipt.IsSuccess);
        Assert.Equal(DevAccounts.Outsider.Address, receipt.From);
        Assert.Equal(payee + Wei.One, await BalanceAsync(s_payee));
        Assert.Equal(before - Wei.One - receipt.Cost, await BalanceAsync(DevAccounts.Outsider.Address));
        Assert.Equal(1ul, await Rpc.TransactionCountAsync(DevAccounts.Outsider.Address, BlockTag.Latest, CancellationToken.None));
    }

    [Fact]
    public async Task Same_transaction_again_is_taken_while_it_waits_and_too_late_once_it_is_mined()
    {
        await Chain.Node.SetAutomineAsync(false);
        var signed = Transfer(nonce: 0).Sign(DevAccounts.Outsider).ToBytes();
        Assert.Equal(SendVerdict.Taken, await VerdictAsync(signed));

        Assert.Equal(SendVerdict.Taken, await VerdictAsync(signed));

        await Chain.Node.MineAsync();
        Assert.Equal(SendVerdict.NonceTooLow, await VerdictAsync(signed));
    }

    [Fact]
    public async Task Replacement_has_to_pay_more()
    {
        await Chain.Node.SetAutomineAsync(false);
        var first = Transfer(nonce: 0);
        Assert.Equal(SendVerdict.Taken, await VerdictAsync(first.Sign(DevAccounts.Outsider).ToBytes()));

        var same = first with { Value = new Wei(2) };
        var dearer = same with { MaxFeePerGas = first.MaxFeePerGas * 2, MaxPriorityFeePerGas = Wei.OneGwei };

        Assert.Equal(SendVerdict.Underpriced, await VerdictAsync(same.Sign(DevAccounts.Outsider).ToBytes()));
        Assert.Equal(SendVerdict.Taken, await VerdictAsync(dearer.Sign(DevAccounts.Outsider).ToBytes()));
        await Chain.Node.MineAsync();
        var receipts = await Rpc.ReceiptsAsync(
            [first.Sign(DevAccounts.Outsider).Hash(), dearer.Sign(DevAccounts.Outsider).Hash()], CancellationToken.None);
        Assert.Null(receipts[0]);
        Assert.NotNull(receipts[1]);
    }

    [Fact]
    public async Task Fee_below_the_base_fee_is_underpriced()
    {
        await Chain.Node.SetNextBaseFeeAsync(Wei.OneGwei * 50);
        await Chain.Node.MineAsync();

        Assert.Equal(SendVerdict.Underpriced, await VerdictAsync((Transfer(0) with { MaxFeePerGas = Wei.OneGwei }).Sign(DevAccounts.Outsider).ToBytes()));
    }

    [Fact]
    public async Task Account_that_cannot_pay_is_told_so()
    {
        var poor = EthereumKey.FromBytes(Bytes32.Keccak([42]).ToBytes());

        Assert.Equal(SendVerdict.InsufficientFunds, await VerdictAsync(Transfer(0).Sign(poor).ToBytes()));
    }

    [Fact]
    public async Task Transaction_of_another_chain_is_refused()
    {
        var foreign = (Transfer(0) with { ChainId = 1 }).Sign(DevAccounts.Outsider);

        Assert.Equal(SendVerdict.Refused, await VerdictAsync(foreign.ToBytes()));
    }

    [Fact]
    public async Task Revert_of_a_call_and_of_an_estimate_has_its_reason()
    {
        var call = new ContractCall(Chain.Contracts.RoundsManager.Address, Chain.Contracts.RoundsManager.Call("initializeRound").Data);

        var result = (await Rpc.CallAsync([call], BlockTag.Latest, CancellationToken.None))[0];
        var estimate = await Rpc.EstimateGasAsync(call, CancellationToken.None);

        var expected = new RevertReason.Message("round already initialized");
        Assert.Equal(expected, Assert.IsType<CallResult.Reverted>(result).Reason);
        Assert.Equal(expected, Assert.IsType<GasEstimate.WouldRevert>(estimate).Reason);
    }

    [Fact]
    public async Task Estimate_is_what_a_transfer_needs()
    {
        var call = new ContractCall(s_payee, default) { From = DevAccounts.Outsider.Address, Value = Wei.One };

        Assert.Equal(new GasEstimate.Needs(21_000), await Rpc.EstimateGasAsync(call, CancellationToken.None));
    }

    [Fact]
    public async Task Headers_hang_together_and_those_that_are_not_there_are_null()
    {
        var head = await Chain.HeadAsync();

        var parent = await Rpc.BlockAsync(BlockTag.At(head.Number - 1), CancellationToken.None);

        Assert.Equal(head.Parent, parent!.Hash);
        Assert.Equal(parent, await Rpc.BlockAsync(parent.Hash, CancellationToken.None));
        Assert.Equal(head.Number, head.L1Number);
        Assert.Equal(head.Number - 2, (await Rpc.BlockAsync(BlockTag.Finalized, CancellationToken.None))!.Number);
        Assert.Equal(head.Number - 1, (await Rpc.BlockAsync(BlockTag.Safe, CancellationToken.None))!.Number);
        Assert.Null(await Rpc.BlockAsync(BlockTag.At(head.Number + 1), CancellationToken.None));
        Assert.Null(await Rpc.BlockAsync(Bytes32.Keccak([1]), CancellationToken.None));
    }

    [Fact]
    public async Task Block_that_was_replaced_is_not_known_any_more()
    {
        await Chain.Node.MineAsync();
        await Chain.SendAsync(DevAccounts.Outsider, new DevCall(s_payee, default) { Value = Wei.One });
        var before = await Chain.HeadAsync();

        await Chain.Node.ReorgAsync(1);

        var after = await Chain.HeadAsync();
        Assert.Equal(before.Number, after.Number);
        Assert.Equal(before.Parent, after.Parent);
        Assert.NotEqual(before.Hash, after.Hash);
    }

    [Fact]
    public async Task Logs_are_those_of_the_contracts_and_topics_in_order()
    {
        var rounds = Chain.Contracts.RoundsManager;
        var newRound = rounds.Abi.Event("NewRound");
        await Chain.NextRoundAsync();
        await Chain.NextRoundAsync();
        var head = await Chain.HeadAsync();

        var logs = await Rpc.LogsAsync(new LogFilter(0, head.Number, [rounds.Address], [newRound.Topic]), CancellationToken.None);

        Assert.Equal([1, 2, 3], logs.Select(log => (int)newRound.DecodeLog(log.Topics, log.Data)[0].AsNumber()));
        Assert.Empty(await Rpc.LogsAsync(new LogFilter(0, head.Number, [Chain.Contracts.Minter.Address], [newRound.Topic]), CancellationToken.None));
    }

    [Fact]
    public async Task Snapshot_gives_the_chain_back_as_it_was()
    {
        var head = await Chain.HeadAsync();
        var snapshot = await Chain.Node.SnapshotAsync();
        await Chain.NextRoundAsync();

        await Chain.Node.RevertAsync(snapshot);

        Assert.Equal(head, await Chain.HeadAsync());
        await Assert.ThrowsAsync<LocalChainException>(() => Chain.Node.RevertAsync(snapshot));
    }

    private static Transaction1559 Transfer(ulong nonce) =>
        LocalChain.Transaction(new DevCall(s_payee, default) { Value = Wei.One, Gas = 21_000 }, nonce);

    private async Task<SendVerdict> VerdictAsync(byte[] signed) => (await Rpc.SendAsync(signed, CancellationToken.None)).Verdict;

    private Task<Wei> BalanceAsync(Address account) => Rpc.BalanceAsync(account, BlockTag.Latest, CancellationToken.None);
}
