using Npgsql;
using Pool.Server.Chain.Rpc;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Chain.Outbox;

/// <summary>
/// The door by which anything of ours gets onto the chain (chain §5). An intent is a row before anything is signed, its bytes and hash are rows before
/// anything is sent, and there is never a second intent for the same thing before the first is final with another outcome.
/// </summary>
public interface IOutbox
{
    /// <summary>Places an intent in the caller's transaction; it is signed and sent after the commit. The same key and content again is nothing.</summary>
    /// <exception cref="OutboxException">The key was used for something else.</exception>
    Task PlaceAsync(NpgsqlTransaction transaction, IntentOrder order, CancellationToken cancellationToken);

    /// <summary>Places an intent in a transaction of its own.</summary>
    /// <exception cref="OutboxException">The key was used for something else.</exception>
    Task PlaceAsync(IntentOrder order, CancellationToken cancellationToken);

    /// <summary>What became of an intent; null when there is none with this key.</summary>
    Task<Intent?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>Whether everything that was signed is final, and in blocks up to this one: then the gas of all of it is booked, and the account's balance there has it.</summary>
    Task<bool> IsSettledAsync(ulong block, CancellationToken cancellationToken);
}

/// <summary>Something that shall be done on the chain, once.</summary>
/// <param name="Key">Chosen before the first attempt, unique for ever, e.g. <c>reward/3021</c>.</param>
/// <param name="Purpose">What for: the signer's caps and the owner of the outcome go by it.</param>
/// <param name="To">Contract or payee.</param>
/// <param name="Data">Call data; empty for a plain transfer.</param>
public sealed record IntentOrder(string Key, TransactionPurpose Purpose, Address To, ReadOnlyMemory<byte> Data)
{
    /// <summary>ETH that goes with it.</summary>
    public Wei Value { get; init; }

    /// <summary>Gas limit; null lets the node estimate and adds a margin. Batch redemptions must give it (chain §3).</summary>
    public ulong? GasLimit { get; init; }
}

/// <summary>Where an intent is.</summary>
public enum IntentState
{
    /// <summary>It has a row and no nonce yet.</summary>
    Planned,

    /// <summary>It has a nonce and signed bytes; they may have been sent.</summary>
    Sent,

    /// <summary>One of its attempts is in a block that is not final yet.</summary>
    Mined,

    /// <summary>It took place, for good.</summary>
    Done,

    /// <summary>It reverted, for good: the nonce is used and nothing happened but gas.</summary>
    Reverted,

    /// <summary>It was given up before it was signed: the estimate said that it would revert, in these words.</summary>
    Refused,
}

/// <summary>An intent as it is now.</summary>
/// <param name="Order">What was ordered.</param>
/// <param name="State">Where it is.</param>
/// <param name="Nonce">Its nonce, once it has one.</param>
/// <param name="Transaction">Hash of the attempt that is mined, or of the last one that was signed.</param>
/// <param name="Detail">Why it was refused or reverted; empty otherwise.</param>
/// <param name="PlacedAt">When it was placed.</param>
public sealed record Intent(IntentOrder Order, IntentState State, ulong? Nonce, Bytes32? Transaction, string Detail, DateTimeOffset PlacedAt);

/// <summary>
/// Who books what became of the intents of some purposes. Every purpose has at most one. Both calls are in the transaction that changes the intent's row, so
/// that what is written there happens once; they must not wait for the network.
/// </summary>
public interface IIntentOwner
{
    /// <summary>The purposes it answers for.</summary>
    IReadOnlyCollection<TransactionPurpose> Purposes { get; }

    /// <summary>
    /// What has to be read of the chain as soon as the intent is in a block, while nodes still have its state: outside of any transaction, before
    /// <see cref="FinalAsync"/>; again if the block was replaced. Null when there is nothing.
    /// </summary>
    Task<string?> ObserveAsync(Intent intent, TransactionReceipt receipt, CancellationToken cancellationToken);

    /// <summary>The intent is final: done or reverted with its receipt, or refused without one.</summary>
    /// <param name="transaction">The transaction in which its row changes.</param>
    /// <param name="intent">The intent.</param>
    /// <param name="receipt">The receipt; null when it was refused.</param>
    /// <param name="observed">What <see cref="ObserveAsync"/> gave in the receipt's block.</param>
    /// <param name="cancellationToken">The server ends.</param>
    Task FinalAsync(NpgsqlTransaction transaction, Intent intent, TransactionReceipt? receipt, string? observed, CancellationToken cancellationToken);
}

/// <summary>The outbox does not take an order.</summary>
public sealed class OutboxException(string message) : Exception(message);
