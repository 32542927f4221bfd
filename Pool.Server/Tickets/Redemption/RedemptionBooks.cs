using Npgsql;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Following;
using Pool.Server.Chain;
using Pool.Server.Ledger;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Tickets.Redemption;

/// <summary>
/// Ends winning tickets by the chain's own events once they stay, whoever sent the redemption: anybody may. What was paid is what
/// <c>WinningTicketTransfer</c> says, never the face value.
/// </summary>
internal sealed class RedemptionBooks(WinnerShelf shelf, ILedger ledger, IChainView chain, OrchestratorAddress orchestrator, PendingRedemptions pending) : IFinalEventOwner
{
    public string Name => "redemption";

    public IReadOnlyList<(Address Contract, AbiEvent Event)> Wanted(ContractAddresses contracts) =>
        [(contracts.TicketBroker, TicketBrokerAbi.WinningTicketTransfer), (contracts.TicketBroker, TicketBrokerAbi.WinningTicketRedeemed)];

    public Task PrepareAsync(FinalBlocks step, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task BookAsync(NpgsqlTransaction transaction, FinalBlocks step, CancellationToken cancellationToken)
    {
        var orders = await shelf.RedeemAsync(transaction, [.. Redemptions.In(step.Events, orchestrator.Value)], chain.Now.Round.Number, cancellationToken);
        if (orders.Count > 0)
        {
            await ledger.PostAsync(transaction, orders, cancellationToken);
            pending.Forget();
        }
    }
}
