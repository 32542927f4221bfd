using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tickets;

/// <summary>An orchestrator without a chain: no account, no price, and every gateway is who it says it is (protocol §3.1, §4.6).</summary>
internal sealed class OffChainTickets : ITickets
{
    private static readonly TermsVerdict s_free = new TermsVerdict.Offered(null, null);
    private static readonly PaymentVerdict s_accepted = new PaymentVerdict.Accepted();

    public Address Account => Address.Zero;

    public bool IsSignedBy(Address sender, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) => true;

    public byte[] Sign(ReadOnlySpan<byte> hash) => [];

    public TermsVerdict Offer(PaymentAccount account) => s_free;

    public ValueTask<PaymentVerdict> TakeAsync(PaymentAccount account, Payment payment, CancellationToken cancellationToken) => new(s_accepted);
}
