using Npgsql;
using Pool.Server.Chain.Rpc;

namespace Pool.Server.Chain.Outbox;

/// <summary>A signed intent and what the chain has of it.</summary>
/// <param name="Intent">The intent as it is now.</param>
/// <param name="Receipt">Receipt of the attempt that is in a block.</param>
/// <param name="IsKnown">Whether it was known before this pass to be in this very block.</param>
internal sealed record SeenIntent(StoredIntent Intent, TransactionReceipt? Receipt, bool IsKnown);

/// <summary>
/// Looks for receipts of all attempts of all signed intents: any of an intent's attempts may be the one that is mined (chain §5.3, §5.5). What is in a block is observed by
/// its owner and stored with the block's hash; what has vanished from its block is sent again.
/// </summary>
internal sealed class ReceiptStep(OutboxParts parts, OutboxWriter writer, OutboxMemory memory)
{
    /// <summary>Receipts of one request.</summary>
    private const int BatchSize = 100;

    public async Task<List<SeenIntent>> RunAsync(IReadOnlyList<StoredIntent> signed, CancellationToken cancellationToken)
    {
        var receipts = new List<TransactionReceipt?>();
        foreach (var hashes in signed.SelectMany(intent => intent.Attempts).Select(attempt => attempt.Hash).Chunk(BatchSize))
        {
            receipts.AddRange(await parts.Rpc.ReceiptsAsync(hashes, cancellationToken));
        }

        var found = receipts.OfType<TransactionReceipt>().ToDictionary(receipt => receipt.Transaction);
        var seen = new List<SeenIntent>();
        foreach (var intent in signed)
        {
            var receipt = intent.Attempts.Select(attempt => found.GetValueOrDefault(attempt.Hash)).FirstOrDefault(one => one is not null);
            seen.Add(await SeeAsync(intent, receipt, cancellationToken));
        }

        return seen;
    }

    private async Task<SeenIntent> SeeAsync(StoredIntent intent, TransactionReceipt? receipt, CancellationToken cancellationToken)
    {
        if (receipt is null)
        {
            return new SeenIntent(intent.Mined is { } mined ? await UnmineAsync(intent, mined, cancellationToken) : intent, null, IsKnown: false);
        }

        var at = new MinedAt(receipt.Transaction, receipt.BlockNumber, receipt.BlockHash);
        return intent.Mined == at
            ? new SeenIntent(intent, receipt, IsKnown: true)
            : new SeenIntent(await MineAsync(intent, receipt, at, cancellationToken), receipt, IsKnown: false);
    }

    private async Task<StoredIntent> UnmineAsync(StoredIntent intent, MinedAt mined, CancellationToken cancellationToken)
    {
        await writer.UnmineAsync(intent, cancellationToken);
        memory.Forget(intent);
        parts.Log.Vanished(intent.Order.Key, mined.Block);
        return intent with { State = IntentState.Sent, Mined = null, Observed = null };
    }

    private async Task<StoredIntent> MineAsync(StoredIntent intent, TransactionReceipt receipt, MinedAt at, CancellationToken cancellationToken)
    {
        var mined = intent with { State = IntentState.Mined, Mined = at };
        try
        {
            var observed = IsCancellation(intent, at) ? null : await parts.Owners.ObserveAsync(mined.ToIntent(), receipt, cancellationToken);
            await writer.MineAsync(intent, at, observed, cancellationToken);
            parts.Log.Mined(intent.Order.Key, at.Block, at.Transaction);
            return mined with { Observed = observed };
        }
        catch (RpcException away)
        {
            // The next pass observes it; until then it counts as sent.
            parts.Log.ChainAway(away.Message);
            return intent;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or NpgsqlException))
        {
            // It stays visible and is tried again; the others go on.
            parts.Log.OwnerFailed(intent.Order.Key, failure);
            await writer.AlarmAsync(intent, $"its owner cannot observe it: {failure.Message}", cancellationToken);
            return intent;
        }
    }

    /// <summary>Whether the attempt that is mined did nothing but use up the nonce.</summary>
    public static bool IsCancellation(StoredIntent intent, MinedAt mined) =>
        intent.Attempts.Any(attempt => attempt.Hash == mined.Transaction && attempt.IsCancellation);
}
