using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tickets;

/// <summary>Whose balance it is: balances are kept for a gateway's address and a session (protocol §4.6).</summary>
/// <param name="Sender">The gateway's address; zero off-chain.</param>
/// <param name="SessionId">Session id of its auth token.</param>
public readonly record struct PaymentAccount(Address Sender, string SessionId);

/// <summary>
/// The door of the room: who signs for us, who signed for a gateway, what a gateway has to pay and whether it has. Off-chain everybody is
/// believed and nothing is paid. What a segment costs is not taken here: it is part of the segment's settle record.
/// </summary>
public interface ITickets
{
    /// <summary>The account that signs results and pongs; zero off-chain (protocol §3.4).</summary>
    Address Account { get; }

    /// <summary>Whether <paramref name="sender"/> signed these 32 bytes (protocol §3.1); off-chain every signature is good.</summary>
    bool IsSignedBy(Address sender, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature);

    /// <summary>Our signature over these 32 bytes; no bytes off-chain.</summary>
    byte[] Sign(ReadOnlySpan<byte> hash);

    /// <summary>What a gateway is offered now: ticket parameters with a new seed, and the price (protocol §3.5, §5.4).</summary>
    TermsVerdict Offer(PaymentAccount account);

    /// <summary>Takes the payment that came with a segment and looks whether the balance is good for it (protocol §4.2, steps 13 and 14).</summary>
    ValueTask<PaymentVerdict> TakeAsync(PaymentAccount account, Payment payment, CancellationToken cancellationToken);
}

/// <summary>What a gateway is offered.</summary>
public abstract record TermsVerdict
{
    private TermsVerdict()
    {
    }

    /// <param name="Ticket">Parameters of its tickets; null off-chain.</param>
    /// <param name="Price">Price per pixel; null off-chain.</param>
    public sealed record Offered(TicketParams? Ticket, PriceInfo? Price) : TermsVerdict;

    /// <param name="Reason">The network's words, e.g. <c>insufficient sender reserve</c>.</param>
    public sealed record Refused(string Reason) : TermsVerdict;
}

/// <summary>What became of a payment.</summary>
public abstract record PaymentVerdict
{
    private PaymentVerdict()
    {
    }

    /// <summary>It is good, and so is the balance.</summary>
    public sealed record Accepted : PaymentVerdict;

    /// <param name="Reason">The network's words, the body of a 400 (protocol §4.6, §5.6).</param>
    public sealed record Refused(string Reason) : PaymentVerdict;
}
