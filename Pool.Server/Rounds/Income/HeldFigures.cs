using Microsoft.Extensions.Options;
using Pool.Server.Chain;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Following;
using Pool.Server.Chain.Outbox;
using Pool.Server.Chain.Rpc;
using Pool.Server.Ledger;
using Pool.Server.Signing;

namespace Pool.Server.Rounds.Income;

/// <summary>What the chain says about the orchestrator's accounts, at the block up to which its events are booked.</summary>
internal sealed class HeldFigures(
    FigureBook figures, ChainCursors cursors, IncomeBooks books, IEthereumRpc rpc, IChainView chain, IContracts contracts, IOutbox outbox, ISigner signer,
    IOptions<ChainOptions> options) : IChainFigures
{
    public async Task<IReadOnlyList<ChainFigure>> ReadAsync(CancellationToken cancellationToken)
    {
        if (await cursors.ReadAsync(books.Name, cancellationToken) is not { } cursor)
        {
            return [];
        }

        try
        {
            var held = await figures.ReadAsync(contracts.Now, BlockTag.At(cursor.Number), cancellationToken);
            return
            [
                new ChainFigure(Accounts.ProtocolFeesUnwithdrawn, held.Fees.Value, 0, $"BondingManager.pendingFees at block {cursor.Number}"),
                new ChainFigure(Accounts.Stake, held.Stake.Value, 0, $"BondingManager.pendingStake at block {cursor.Number}"),
                .. await GasFloatAsync(cancellationToken),
            ];
        }
        catch (Exception failure) when (failure is RpcException or ContractException)
        {
            throw new ChainUnreadableException($"The chain cannot be read at block {cursor.Number}: {failure.Message}", failure);
        }
    }

    /// <summary>Gas is booked when its transaction is final: while one is on its way, the account cannot be compared.</summary>
    private async Task<IReadOnlyList<ChainFigure>> GasFloatAsync(CancellationToken cancellationToken)
    {
        if (await FinalityRule.Parse(options.Value.Finality).LastAsync(rpc, chain.Now.Head, cancellationToken) is not { } last
            || !await outbox.IsSettledAsync(last, cancellationToken))
        {
            return [];
        }

        var balance = await rpc.BalanceAsync(signer.Account, BlockTag.At(last), cancellationToken);
        return [new ChainFigure(Accounts.GasFloat, balance.Value, 0, $"balance of {signer.Account} at block {last}")];
    }
}
