using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Following;
using Pool.Server.Chain.Rpc;
using Pool.Server.Ledger;
using Pool.Server.Signing;

namespace Pool.Server.Rounds.Income;

/// <summary>What the chain says about the orchestrator's accounts, at the block up to which its events are booked.</summary>
internal sealed class HeldFigures(FigureBook figures, ChainCursors cursors, IncomeBooks books, IEthereumRpc rpc, ISigner signer) : IChainFigures
{
    public async Task<IReadOnlyList<ChainFigure>> ReadAsync(CancellationToken cancellationToken)
    {
        if (await cursors.ReadAsync(books.Name, cancellationToken) is not { } cursor)
        {
            return [];
        }

        try
        {
            var at = BlockTag.At(cursor.Number);
            var held = await figures.ReadAsync(at, cancellationToken);
            var gas = await rpc.BalanceAsync(signer.Account, at, cancellationToken);
            return
            [
                new ChainFigure(Accounts.ProtocolFeesUnwithdrawn, held.Fees.Value, 0, $"BondingManager.pendingFees at block {cursor.Number}"),
                new ChainFigure(Accounts.Stake, held.Stake.Value, 0, $"BondingManager.pendingStake at block {cursor.Number}"),
                new ChainFigure(Accounts.GasFloat, gas.Value, 0, $"balance of {signer.Account} at block {cursor.Number}"),
            ];
        }
        catch (Exception failure) when (failure is RpcException or ContractException)
        {
            throw new ChainUnreadableException($"The chain cannot be read at block {cursor.Number}: {failure.Message}", failure);
        }
    }
}
