namespace Pool.Vectors.Sections;

/// <summary>The bytes of a ticket and their hash.</summary>
internal sealed class TicketHashCheck : ISectionCheck
{
    public string Section => "ticket_hash";

    public void Check(VectorCase vector)
    {
        var ticket = TicketFields.Read(vector.Fields.Child("ticket"));
        vector.Expect("flat", vector.Fields.Bytes("flat"), ticket.Flatten());
        vector.Expect("hash", vector.Fields.Bytes("hash"), ticket.Hash().ToBytes());
    }
}
