using Pool.Server.Chain.Rpc;

namespace Pool.Server.Chain.Outbox;

/// <summary>One look at the chain and the rows, and what follows from both. Whatever is interrupted in it is found again by the next one.</summary>
internal sealed class OutboxPass
{
    private readonly OutboxParts _parts;
    private readonly OutboxWriter _writer;
    private readonly OutboxMemory _memory;
    private readonly ReceiptStep _receipts;
    private readonly FinalStep _finals;
    private readonly AccountGuard _guard;
    private readonly SendStep _sends;
    private readonly PlanStep _plans;

    public OutboxPass(OutboxParts parts, OutboxWriter writer)
    {
        (_parts, _writer, _memory) = (parts, writer, new OutboxMemory(parts.Time, parts.Options));
        _receipts = new ReceiptStep(parts, writer, _memory);
        _finals = new FinalStep(parts, writer);
        _guard = new AccountGuard(parts, writer, _finals);
        _sends = new SendStep(parts, writer, _memory);
        _plans = new PlanStep(parts, writer, _memory, _sends, _finals);
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var sight = await LookAsync(cancellationToken);
        var account = await _guard.LoadAsync(sight, cancellationToken);
        var signed = await _writer.SignedAsync(cancellationToken);
        _memory.Keep(signed);

        var seen = await _receipts.RunAsync(signed, cancellationToken);
        await _finals.RunAsync(seen, sight, cancellationToken);
        if (await _guard.MaySendAsync(account, seen, sight, cancellationToken))
        {
            var waiting = seen.Where(one => one.Receipt is null && one.Intent.SentNonce >= sight.Finalized).Select(one => one.Intent).ToList();
            await _sends.RunAsync(waiting, sight, cancellationToken);
            await _plans.RunAsync(waiting.Count, sight, cancellationToken);
        }

        _parts.Metrics.NoteOpen(await _writer.CountAsync(cancellationToken));
        _parts.Metrics.NoteAlarms(await _writer.CountAlarmsAsync(cancellationToken));
    }

    private async Task<ChainSight> LookAsync(CancellationToken cancellationToken)
    {
        var rpc = _parts.Rpc;
        var account = _writer.Sender.Account;
        var head = await rpc.BlockAsync(BlockTag.Latest, cancellationToken) ?? throw new RpcException("The node has no block.");
        var last = await _parts.Finality.LastAsync(rpc, head, cancellationToken);
        return new ChainSight(
            head,
            await rpc.TransactionCountAsync(account, BlockTag.Latest, cancellationToken),
            await rpc.TransactionCountAsync(account, BlockTag.Pending, cancellationToken),
            last is { } number ? await CountAtAsync(_parts.Finality.Tag ?? BlockTag.At(number), cancellationToken) : 0,
            last);
    }

    /// <summary>A node that no longer has the state of so old a block says nothing: then nothing counts as used for good.</summary>
    private async Task<ulong> CountAtAsync(BlockTag block, CancellationToken cancellationToken)
    {
        try
        {
            return await _parts.Rpc.TransactionCountAsync(_writer.Sender.Account, block, cancellationToken);
        }
        catch (RpcException away)
        {
            _parts.Log.ChainAway(away.Message);
            return 0;
        }
    }
}
