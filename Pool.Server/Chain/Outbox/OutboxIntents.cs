using Pool.Shared.Ethereum;

namespace Pool.Server.Chain.Outbox;

/// <summary>Who sends, and where.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Account">The account.</param>
internal sealed record OutboxAccount(ulong ChainId, Address Account);

/// <summary>A signed transaction of an intent.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Number">The first is 1.</param>
/// <param name="IsCancellation">Whether it does nothing but use up the nonce.</param>
/// <param name="Fees">What it offers.</param>
/// <param name="GasLimit">Its gas limit.</param>
/// <param name="Raw">What is broadcast.</param>
/// <param name="SignedAt">When it was signed.</param>
internal sealed record Attempt(Bytes32 Hash, int Number, bool IsCancellation, Fees Fees, ulong GasLimit, ReadOnlyMemory<byte> Raw, DateTimeOffset SignedAt);

/// <summary>Where a transaction is.</summary>
/// <param name="Transaction">Its hash.</param>
/// <param name="Block">Number of its block.</param>
/// <param name="BlockHash">Hash of its block.</param>
internal sealed record MinedAt(Bytes32 Transaction, ulong Block, Bytes32 BlockHash);

/// <summary>An intent as the tables have it.</summary>
internal sealed record StoredIntent
{
    public required long Id { get; init; }

    public required IntentOrder Order { get; init; }

    public required OutboxAccount Sender { get; init; }

    public required IntentState State { get; init; }

    public required ulong? Nonce { get; init; }

    public required MinedAt? Mined { get; init; }

    public required string? Observed { get; init; }

    public required bool IsCancelAsked { get; init; }

    public required string Detail { get; init; }

    /// <summary>What keeps it from going on, for people; empty when nothing does.</summary>
    public required string Alarm { get; init; }

    public required DateTimeOffset PlacedAt { get; init; }

    public required DateTimeOffset? FinalAt { get; init; }

    /// <summary>In the order they were signed.</summary>
    public required IReadOnlyList<Attempt> Attempts { get; init; }

    public Attempt LastAttempt => Attempts[^1];

    /// <summary>Its nonce, of one that is sent.</summary>
    public ulong SentNonce => Nonce ?? throw new InvalidOperationException($"Intent {Order.Key} has no nonce.");

    public Intent ToIntent() => new(
        Order, State, Nonce, Mined?.Transaction ?? (Attempts.Count > 0 ? LastAttempt.Hash : null), State is IntentState.Planned or IntentState.Sent ? "" : Detail, PlacedAt);
}

/// <summary>The sending account as the tables have it.</summary>
/// <param name="NextNonce">The nonce that is given out next.</param>
/// <param name="AcceptedNonce">Nonces below it that others used are accepted by the operator.</param>
/// <param name="Halt">Why nothing is signed or sent; empty when it is.</param>
/// <param name="HaltNonce">What the operator may accept; null when there is nothing to accept.</param>
internal sealed record AccountState(ulong NextNonce, ulong AcceptedNonce, string Halt, ulong? HaltNonce);
