using Pool.Server.Chain.Rpc;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;

namespace Pool.Server.Chain.Outbox;

/// <summary>What the steps of a pass work with.</summary>
internal sealed record OutboxParts(
    IEthereumRpc Rpc,
    ISigner Signer,
    OwnerBook Owners,
    FeePolicy Fees,
    FinalityRule Finality,
    OutboxOptions Options,
    OutboxMetrics Metrics,
    TimeProvider Time,
    OutboxLog Log);

/// <summary>What one pass has seen of the chain.</summary>
/// <param name="Head">The newest block.</param>
/// <param name="Latest">Transactions of the account in blocks.</param>
/// <param name="Pending">And in the node's pool.</param>
/// <param name="Finalized">In blocks that the chain calls final.</param>
/// <param name="LastFinal">Number of the last block that stays for us; null while there is none.</param>
internal sealed record ChainSight(BlockHeader Head, ulong Latest, ulong Pending, ulong Finalized, ulong? LastFinal);

/// <summary>What is only worth remembering while this process lives: after a restart everything is sent and asked again, which harms nothing.</summary>
internal sealed class OutboxMemory(TimeProvider time, OutboxOptions options)
{
    private readonly Dictionary<Bytes32, DateTimeOffset> _sentAt = [];
    private readonly HashSet<Bytes32> _underpriced = [];
    private readonly Dictionary<long, DateTimeOffset> _refusedAt = [];

    /// <summary>Intents that the signer refused a moment ago.</summary>
    public long[] Refused => [.. _refusedAt.Where(entry => time.GetUtcNow() - entry.Value < options.AskSignerAgainAfter).Select(entry => entry.Key)];

    /// <summary>Whether bytes are to be sent now.</summary>
    public bool IsDue(Bytes32 attempt) => !_sentAt.TryGetValue(attempt, out var at) || time.GetUtcNow() - at >= options.ResendAfter;

    public bool IsUnderpriced(Bytes32 attempt) => _underpriced.Contains(attempt);

    public void NoteSent(Bytes32 attempt) => _sentAt[attempt] = time.GetUtcNow();

    public void NoteUnderpriced(Bytes32 attempt) => _underpriced.Add(attempt);

    public void NoteRefused(long intent) => _refusedAt[intent] = time.GetUtcNow();

    /// <summary>Its block is gone: its bytes are due at once.</summary>
    public void Forget(StoredIntent intent)
    {
        foreach (var attempt in intent.Attempts)
        {
            _sentAt.Remove(attempt.Hash);
        }
    }

    /// <summary>Drops what is of intents that are no longer open.</summary>
    public void Keep(IReadOnlyCollection<StoredIntent> signed)
    {
        var open = signed.SelectMany(intent => intent.Attempts).Select(attempt => attempt.Hash).ToHashSet();
        foreach (var gone in _sentAt.Keys.Where(hash => !open.Contains(hash)).ToList())
        {
            _sentAt.Remove(gone);
        }

        _underpriced.IntersectWith(open);
        foreach (var old in _refusedAt.Where(entry => time.GetUtcNow() - entry.Value >= options.AskSignerAgainAfter).ToList())
        {
            _refusedAt.Remove(old.Key);
        }
    }
}
