using Npgsql;
using NpgsqlTypes;
using Pool.Server.Chain;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Following;
using Pool.Server.Chain.Outbox;
using Pool.Server.Chain.Rpc;
using Pool.Server.Ledger;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Money;

namespace Pool.Server.Rounds.Income;

/// <summary>
/// Books what arrived: fees that tickets brought, stake that rewards brought, and what each round brought, from blocks that stay. All of it by the change of
/// the contracts' own figures, so that the ledger's sums are theirs.
/// </summary>
internal sealed class IncomeBooks(
    FigureBook figures, ILedger ledger, IChainView chain, IContracts contracts, IEthereumRpc rpc, IOutbox outbox, ISigner signer, OrchestratorAddress orchestrator,
    TimeProvider time) : IFinalEventOwner
{
    private readonly Dictionary<Bytes32, FigureChange> _changes = [];
    private HeldByProtocol _opening;
    private Wei _gasFloatCame;

    public string Name => "income";

    public IReadOnlyList<(Address Contract, AbiEvent Event)> Wanted(ContractAddresses contracts) =>
    [
        (contracts.RoundsManager, RoundsManagerAbi.NewRound), (contracts.TicketBroker, TicketBrokerAbi.WinningTicketTransfer),
        .. BondingManagerAbi.OfStake.Select(known => (contracts.BondingManager, known)),
    ];

    public async Task PrepareAsync(FinalBlocks step, CancellationToken cancellationToken)
    {
        _changes.Clear();
        if (step.From is null)
        {
            _opening = await figures.ReadAsync(contracts.Now, BlockTag.At(step.To), cancellationToken);
            _gasFloatCame = await rpc.BalanceAsync(signer.Account, BlockTag.At(step.To), cancellationToken);
            return;
        }

        foreach (var log in step.Events.Select(happened => happened.Log).Where(figures.IsOurs).DistinctBy(log => log.BlockHash))
        {
            _changes[log.BlockHash] = await figures.OfAsync(contracts.Now, log.BlockNumber, log.BlockHash, cancellationToken);
        }

        _gasFloatCame = await GasFloatCameAsync(step, cancellationToken);
    }

    public async Task BookAsync(NpgsqlTransaction transaction, FinalBlocks step, CancellationToken cancellationToken)
    {
        var orders = new List<LedgerOrder>();
        if (step.From is null)
        {
            var round = chain.Now.Round;
            await RoundsTable.BeginAsync(transaction, round.Number, step.To, step.ToHash, round.BlockHash, time.GetUtcNow(), cancellationToken);
            orders.AddRange(new IncomeBlock(step.ToHash, round.Number).Opening(_opening, _gasFloatCame));
        }

        foreach (var block in step.Events.GroupBy(happened => happened.Log.BlockHash))
        {
            orders.AddRange(await BookBlockAsync(transaction, block.Key, [.. block], cancellationToken));
        }

        if (step.From is not null)
        {
            orders.AddRange(new IncomeBlock(step.ToHash, chain.Now.Round.Number).GasFloat(_gasFloatCame));
        }

        if (orders.Count > 0)
        {
            await ledger.PostAsync(transaction, orders, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<LedgerOrder>> BookBlockAsync(
        NpgsqlTransaction transaction, Bytes32 block, IReadOnlyList<FinalEvent> events, CancellationToken cancellationToken)
    {
        foreach (var begun in events.Where(happened => happened.Event == RoundsManagerAbi.NewRound))
        {
            await RoundsTable.BeginAsync(
                transaction, (long)begun.Values["round"].AsNumber(), begun.Log.BlockNumber, block, begun.Values["blockHash"].AsBytes32(), time.GetUtcNow(), cancellationToken);
        }

        if (!_changes.TryGetValue(block, out var change))
        {
            return [];
        }

        var number = events[0].Log.BlockNumber;
        var round = await RoundsTable.OfBlockAsync(transaction, number, cancellationToken);
        var reward = events.FirstOrDefault(happened => happened.Event == BondingManagerAbi.Reward && happened.Values["transcoder"].AsAddress() == orchestrator.Value);
        var withdrawn = events
            .Where(happened => happened.Event == BondingManagerAbi.WithdrawFees && happened.Values["delegator"].AsAddress() == orchestrator.Value)
            .Aggregate(Wei.Zero, (sum, happened) => sum + happened.Values["amount"].AsWei());
        var booked = new IncomeBlock(block, round);
        List<LedgerOrder> orders = [.. booked.Fees(change, withdrawn), .. booked.Stake(change, reward is not null)];
        await RoundsTable.AddAsync(transaction, round, change, withdrawn, reward, cancellationToken);
        return orders;
    }

    /// <summary>
    /// What has come to the key since. As long as something of ours is on its way, or in a later block, its gas cannot be told from what came: then later. The books are read first, so that gas that is
    /// booked meanwhile looks like nothing. A balance that is smaller than the books say is the check's to alarm.
    /// </summary>
    private async Task<Wei> GasFloatCameAsync(FinalBlocks step, CancellationToken cancellationToken)
    {
        var booked = (await ledger.BalanceAsync(Accounts.GasFloat, cancellationToken)).Posted;
        if (!await outbox.IsSettledAsync(step.To, cancellationToken))
        {
            return Wei.Zero;
        }

        var onChain = await rpc.BalanceAsync(signer.Account, BlockTag.At(step.To), cancellationToken);
        return onChain.Value > booked ? new Wei(onChain.Value - booked) : Wei.Zero;
    }
}
