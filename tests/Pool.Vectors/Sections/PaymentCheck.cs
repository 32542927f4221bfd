using Pool.Shared.Livepeer.Wire;
using Pool.Vectors.Wire;

namespace Pool.Vectors.Sections;

/// <summary>
/// A payment's bytes and header. What its tickets hash to and are worth takes the code of tickets, which is not built: every case
/// fails and says so, after its bytes were compared.
/// </summary>
internal sealed class PaymentCheck : ISectionCheck
{
    private static readonly string[] s_ofTickets =
        ["privateKey", "recipientSecret", "recipientRand", "ticketHashes", "creditPerTicket", "wins"];

    public string Section => "payment";

    public void Check(VectorCase vector)
    {
        CompareBytes(vector);
        vector.Fail($"bytes compared; tickets (ticketHashes, creditPerTicket, wins): {NotBuiltSection.Words}");
    }

    /// <summary>The part that needs no tickets.</summary>
    public static void CompareBytes(VectorCase vector)
    {
        var payment = (Payment)WireMessages.Compare(vector, "payment");
        HeaderComparison.Compare(vector, payment, Payment.Parser);
        vector.Fields.Skip(s_ofTickets);
    }
}
