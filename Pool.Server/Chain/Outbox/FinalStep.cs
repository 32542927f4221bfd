using Npgsql;
using Pool.Server.Chain.Rpc;

namespace Pool.Server.Chain.Outbox;

/// <summary>
/// Ends what is mined in a block that stays, when the block at that number is still the one of the receipt (chain §5.8). A cancellation that is final frees the item: the
/// intent is refused, and its owner may choose a new key.
/// </summary>
internal sealed class FinalStep(OutboxParts parts, OutboxWriter writer)
{
    public async Task RunAsync(IReadOnlyList<SeenIntent> seen, ChainSight sight, CancellationToken cancellationToken)
    {
        var blocks = new Dictionary<ulong, BlockHeader?>();
        foreach (var (intent, receipt, isKnown) in seen)
        {
            // Once more seen in the same block than when it was stored: one answer of a node that is on a branch of its own ends nothing.
            if (receipt is null || !isKnown || intent.Mined is not { } mined || sight.LastFinal is not { } last || mined.Block > last)
            {
                continue;
            }

            if (!blocks.TryGetValue(mined.Block, out var block))
            {
                blocks[mined.Block] = block = await parts.Rpc.BlockAsync(BlockTag.At(mined.Block), cancellationToken);
            }

            if (block?.Hash == mined.BlockHash)
            {
                await EndAsync(intent, mined, receipt, cancellationToken);
            }
        }
    }

    /// <summary>Ends an intent without a receipt.</summary>
    public Task RefuseAsync(StoredIntent intent, string detail, CancellationToken cancellationToken) =>
        EndAsync(intent, IntentState.Refused, detail, null, cancellationToken);

    private Task EndAsync(StoredIntent intent, MinedAt mined, TransactionReceipt receipt, CancellationToken cancellationToken)
    {
        if (ReceiptStep.IsCancellation(intent, mined))
        {
            return RefuseAsync(intent, $"cancelled: its nonce {intent.Nonce} went to {mined.Transaction}, which does nothing", cancellationToken);
        }

        return receipt.IsSuccess
            ? EndAsync(intent, IntentState.Done, "", receipt, cancellationToken)
            : EndAsync(intent, IntentState.Reverted, $"reverted in block {mined.Block} after {receipt.GasUsed} gas", receipt, cancellationToken);
    }

    private async Task EndAsync(StoredIntent intent, IntentState state, string detail, TransactionReceipt? receipt, CancellationToken cancellationToken)
    {
        try
        {
            await writer.EndAsync(
                intent,
                state,
                detail,
                (transaction, ended) => parts.Owners.FinalAsync(transaction, ended, receipt, intent.Observed, cancellationToken),
                cancellationToken);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or RpcException) && (failure is PostgresException || failure is not NpgsqlException))
        {
            // Nothing was booked and the intent is as it was: it stays visible and is tried again, the others go on.
            parts.Log.OwnerFailed(intent.Order.Key, failure);
            await writer.AlarmAsync(intent, $"its owner cannot book that it is {IntentReader.Word(state)}: {failure.Message}", cancellationToken);
            return;
        }

        parts.Metrics.CountEnded(state);
        parts.Log.Ended(intent.Order.Key, state, detail);
    }
}
