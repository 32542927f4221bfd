using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Livepeer.Wire;
using Pool.Vectors.Wire;

namespace Pool.Vectors.Sections;

/// <summary>A payment's bytes and header, who signed its tickets, what they hash to, what they are worth and whether they win.</summary>
internal sealed class PaymentCheck : ISectionCheck
{
    /// <summary>What is said of tickets where a payment has none.</summary>
    private static readonly string[] s_ofTickets = ["recipientSecret", "recipientRand", "creditPerTicket"];

    public string Section => "payment";

    public void Check(VectorCase vector)
    {
        var payment = (Payment)WireMessages.Compare(vector, "payment");
        HeaderComparison.Compare(vector, payment, Payment.Parser);
        using var key = EthereumKey.FromBytes(vector.Fields.Bytes("privateKey"));
        vector.Expect("sender", key.Address.ToString(), Address.FromWire(payment.Sender.Span).ToString());
        if (payment.TicketParams is not null)
        {
            CheckTickets(vector, payment, key);
            return;
        }

        vector.Expect("ticketHashes", vector.Fields.Texts("ticketHashes"), []);
        vector.Expect("wins", vector.Fields.Flags("wins"), []);
        vector.Fields.Skip(s_ofTickets);
    }

    private static void CheckTickets(VectorCase vector, Payment payment, EthereumKey key)
    {
        if (!PixelPrice.TryFromWire(payment.ExpectedPrice, out var price) || !PaymentTickets.TryRead(payment, price, out var payments))
        {
            vector.Fail("the payment's tickets cannot be read");
            return;
        }

        var rand = payments.Terms.Derive(vector.Fields.Bytes("recipientSecret"));
        vector.Expect("recipientRand", vector.Fields.Text("recipientRand"), rand.Value.ToString());
        vector.Expect("ticketHashes", vector.Fields.Texts("ticketHashes"), payments.Tickets.Select(sent => sent.Ticket.Hash().ToString()));
        vector.Expect("wins", vector.Fields.Flags("wins"), payments.Tickets.Select(sent =>
            rand.Wins(sent.Signature.Span, sent.Ticket.WinProbability)));
        var credit = vector.Fields.Text("creditPerTicket");
        foreach (var (ticket, signature) in payments.Tickets)
        {
            var what = $"of ticket {ticket.SenderNonce}";
            vector.Expect($"recipientRandHash {what}", rand.Hash().ToString(), ticket.RecipientRandHash.ToString());
            vector.Expect($"creditPerTicket {what}", credit, ticket.ExpectedValue.ToString());
            vector.Expect($"signature {what}", signature.Span, ticket.Sign(key));
            vector.Expect($"verification {what}", expected: true, ticket.IsSigned(signature.Span));
        }
    }
}
