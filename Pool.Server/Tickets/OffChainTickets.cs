using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tickets;

/// <summary>An orchestrator without a chain: no account, no price, and every gateway is who it says it is (protocol §3.1, §4.6).</summary>
internal sealed class OffChainTickets : ITickets
{
    private static readonly TermsVerdict s_free = new TermsVerdict.Offered(null, null);

    public Address Account => Address.Zero;

    public bool IsSignedBy(Address sender, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) => true;

    public Task<byte[]?> SignAsync(Bytes32 hash, CancellationToken cancellationToken) => Task.FromResult<byte[]?>([]);

    public ValueTask<TermsVerdict> OfferAsync(PaymentAccount account, CancellationToken cancellationToken) => new(s_free);

    public ValueTask<PaymentVerdict> TakeAsync(PaymentAccount account, Payment payment, CancellationToken cancellationToken) =>
        new(PaymentVerdict.Accepted.Free);
}
