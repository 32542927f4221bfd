using System.Numerics;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Settlement;

/// <summary>A ticket that won; everything else about it is in the payment it came with.</summary>
/// <param name="Nonce">Its number among the tickets of its recipient rand.</param>
/// <param name="Signature">Its sender's signature, 65 bytes.</param>
/// <param name="Rand">The recipient rand, which a redemption makes public.</param>
public sealed record PaymentWinner(uint Nonce, byte[] Signature, BigInteger Rand)
{
    /// <summary>Says nothing of the rand.</summary>
    public override string ToString() => $"(winning ticket {Nonce})";
}

/// <summary>
/// Everything the books need to know of one payment: written once, durably, before any answer that depends on it. It is its own kind of entry, because a
/// payment stands whatever becomes of the segment it came with (ADR 0016).
/// </summary>
public sealed record PaymentRecord
{
    /// <summary>Id of the payment, made when it came.</summary>
    public required Guid Id { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Session whose balance is credited.</summary>
    public required string SessionId { get; init; }

    /// <summary>Whom the tickets pay.</summary>
    public required Address Recipient { get; init; }

    /// <summary>What the recipient rand is bound to; the sender is among it (protocol §5.3).</summary>
    public required RecipientRandTerms Terms { get; init; }

    /// <summary>The commitment to the rand.</summary>
    public required Bytes32 RecipientRandHash { get; init; }

    /// <summary>L1 block up to which the nonces are remembered.</summary>
    public required long ExpirationBlock { get; init; }

    /// <summary>Nonces that are used up by it.</summary>
    public required IReadOnlyList<uint> Nonces { get; init; }

    /// <summary>Tickets that were credited.</summary>
    public required int Credited { get; init; }

    /// <summary>What was credited, in wei, exactly.</summary>
    public required Ratio Credit { get; init; }

    /// <summary>The session's price from this payment on, in wei per pixel; null when nothing was credited and so none is fixed.</summary>
    public required Ratio? SessionPrice { get; init; }

    public required IReadOnlyList<PaymentWinner> Winners { get; init; }

    /// <summary>The ticket of this payment with a nonce.</summary>
    public Ticket TicketOf(uint nonce) => new()
    {
        Recipient = Recipient,
        Sender = Terms.Sender,
        FaceValue = Terms.FaceValue,
        WinProbability = Terms.WinProbability,
        SenderNonce = nonce,
        RecipientRandHash = RecipientRandHash,
        Created = Terms.Created,
    };
}

/// <summary>What a segment costs its session: part of its settle record.</summary>
/// <param name="Pixels">Verified pixels of all renditions that were returned.</param>
/// <param name="Price">The session's price, in wei per pixel.</param>
public sealed record SettledDebit(long Pixels, Ratio Price)
{
    /// <summary>What is charged, in wei, exactly.</summary>
    public Ratio Fee => Price * Pixels;
}

/// <summary>Who keeps balances in memory: hears of every debit when, and only when, its record is durable.</summary>
public interface IDebitedBalances
{
    /// <summary>A segment of this session was charged.</summary>
    void Debit(Address sender, string sessionId, SettledDebit debit);
}

/// <summary>Nobody keeps balances: nothing is charged without a chain.</summary>
internal sealed class NoBalances : IDebitedBalances
{
    public void Debit(Address sender, string sessionId, SettledDebit debit)
    {
        // There is no balance.
    }
}
