using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Google.Protobuf;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;

namespace Pool.Shared.Livepeer.Tickets;

/// <param name="Ticket">The ticket.</param>
/// <param name="Signature">The signature that came with it, whatever it is worth.</param>
public sealed record ReceivedTicket(Ticket Ticket, ReadOnlyMemory<byte> Signature);

/// <summary>The tickets a payment carries, translated from the wire (protocol §4.6, step 7); nothing is checked yet but their form.</summary>
/// <param name="Terms">What the recipient rand of all of them is bound to, as the gateway echoes it.</param>
/// <param name="Tickets">The tickets, in the order they came.</param>
public sealed record PaymentTickets(RecipientRandTerms Terms, IReadOnlyList<ReceivedTicket> Tickets)
{
    /// <summary>Most tickets of a payment that are read: distinct nonces a recipient rand may have (protocol §5.5).</summary>
    public const int MaxTickets = 600;

    /// <summary>Reads the tickets of a payment.</summary>
    /// <param name="payment">The payment; it has ticket parameters.</param>
    /// <param name="pricePerPixel">The price that was offered together with the parameters.</param>
    /// <param name="tickets">The tickets.</param>
    /// <returns>
    /// False when a number needs more than 256 bits or is negative, or there are too many tickets: no gateway of the network sends that.
    /// </returns>
    public static bool TryRead(Payment payment, Ratio pricePerPixel, [NotNullWhen(true)] out PaymentTickets? tickets)
    {
        ArgumentNullException.ThrowIfNull(payment);
        tickets = null;
        if (payment.TicketParams is not { } offered || payment.TicketSenderParams.Count > MaxTickets ||
            payment.ExpirationParams?.CreationRound < 0 ||
            pricePerPixel.Sign < 0 || !TryNumber(offered.FaceValue, out var faceValue) || !TryNumber(offered.WinProb, out var winProb) ||
            !TryNumber(offered.Seed, out var seed) || !TryNumber(offered.ExpirationBlock, out var expirationBlock))
        {
            return false;
        }

        var terms = new RecipientRandTerms
        {
            Seed = seed,
            Sender = Address.FromWire(payment.Sender.Span),
            FaceValue = new Wei(faceValue),
            WinProbability = new WinProbability(winProb),
            ExpirationBlock = expirationBlock,
            PricePerPixel = pricePerPixel,
            Created = CreationRound.FromWire(payment.ExpirationParams),
        };
        tickets = new PaymentTickets(terms, [.. payment.TicketSenderParams.Select(sent => Read(offered, terms, sent))]);
        return true;
    }

    private static ReceivedTicket Read(TicketParams offered, RecipientRandTerms terms, TicketSenderParams sent) => new(
        new Ticket
        {
            Recipient = Address.FromWire(offered.Recipient.Span),
            Sender = terms.Sender,
            FaceValue = terms.FaceValue,
            WinProbability = terms.WinProbability,
            SenderNonce = sent.SenderNonce,
            RecipientRandHash = Bytes32.FromWire(offered.RecipientRandHash.Span),
            Created = terms.Created,
        },
        sent.Sig.Memory);

    private static bool TryNumber(ByteString bytes, out BigInteger number)
    {
        var digits = bytes.Span.TrimStart((byte)0);
        number = digits.Length <= Uint256.Bytes ? BigEndian.Read(digits) : default;
        return digits.Length <= Uint256.Bytes;
    }
}
