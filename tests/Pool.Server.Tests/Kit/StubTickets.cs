using Pool.Server.Tickets;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Kit;

/// <summary>Payments that are refused where the test says so; it signs with a real key.</summary>
internal sealed class StubTickets : ITickets
{
    public EthereumKey Key { get; } = EthereumKey.Create();

    /// <summary>Whether signatures are looked at.</summary>
    public bool IsStrict { get; set; }

    public string? OfferRefusal { get; set; }

    public string? PaymentRefusal { get; set; }

    /// <summary>The latest account and payment that came.</summary>
    public (PaymentAccount Account, Payment Payment) Taken { get; private set; }

    public Address Account => Key.Address;

    public bool IsSignedBy(Address sender, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) =>
        !IsStrict || PersonalMessage.IsSignedBy(sender, hash, signature);

    public Task<byte[]?> SignAsync(Bytes32 hash, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(Key.Sign(hash.ToBytes()));

    public ValueTask<TermsVerdict> OfferAsync(PaymentAccount account, CancellationToken cancellationToken) => new(OfferRefusal is { } reason
        ? new TermsVerdict.Refused(reason)
        : new TermsVerdict.Offered(null, new PriceInfo { PricePerUnit = 0, PixelsPerUnit = 1 }));

    public ValueTask<PaymentVerdict> TakeAsync(PaymentAccount account, Payment payment, CancellationToken cancellationToken)
    {
        Taken = (account, payment);
        return new(PaymentRefusal is { } reason ? new PaymentVerdict.Refused(reason) : PaymentVerdict.Accepted.Free);
    }
}
