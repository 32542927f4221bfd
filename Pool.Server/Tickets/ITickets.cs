using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;

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

    /// <summary>Our signature over this hash; no bytes off-chain, null when nobody can sign now.</summary>
    Task<byte[]?> SignAsync(Bytes32 hash, CancellationToken cancellationToken);

    /// <summary>What a gateway is offered now: ticket parameters with a new seed, and the price (protocol §3.5, §5.4).</summary>
    ValueTask<TermsVerdict> OfferAsync(PaymentAccount account, CancellationToken cancellationToken);

    /// <summary>
    /// Takes the payment that came with a segment and looks whether the balance is good for it (protocol §4.2, steps 13 and 14). What is not accepted has
    /// been written down, where something is to be, before this returns.
    /// </summary>
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
    /// <param name="Price">What a pixel of the segment costs, in wei; null where nothing is charged.</param>
    /// <param name="WhenDurable">
    /// Whether the payment is written down; to be awaited before any answer. It never fails; when it comes to false, nothing was credited and the gateway
    /// must be refused with an error of ours.
    /// </param>
    public sealed record Accepted(Ratio? Price, Task<bool> WhenDurable) : PaymentVerdict
    {
        /// <summary>Nothing had to be paid or written.</summary>
        public static Accepted Free { get; } = new(null, Task.FromResult(true));
    }

    /// <param name="Reason">The network's words, the body of a 400 (protocol §4.6, §5.6).</param>
    public sealed record Refused(string Reason) : PaymentVerdict;

    /// <summary>It could not be written down, so nothing was credited: our fault and not the gateway's.</summary>
    public sealed record NotWritten : PaymentVerdict;
}
