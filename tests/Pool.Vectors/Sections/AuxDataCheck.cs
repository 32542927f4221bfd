using Pool.Shared.Livepeer.Tickets;

namespace Pool.Vectors.Sections;

/// <summary>The auxiliary data of a ticket, and its way over the wire.</summary>
internal sealed class AuxDataCheck : ISectionCheck
{
    public string Section => "aux_data";

    public void Check(VectorCase vector)
    {
        var created = TicketFields.Created(vector.Fields);
        var auxData = vector.Fields.Bytes("auxData");
        vector.Expect("auxData", auxData, created.AuxData());
        vector.Expect("auxData from the wire", auxData, CreationRound.FromWire(created.ToWire()).AuxData());
    }
}
