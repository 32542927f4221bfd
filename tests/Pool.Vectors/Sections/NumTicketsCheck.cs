using Pool.Shared.Livepeer.Tickets;

namespace Pool.Vectors.Sections;

/// <summary>How many tickets a gateway sends, and the credit they give.</summary>
internal sealed class NumTicketsCheck : ISectionCheck
{
    public string Section => "num_tickets";

    public void Check(VectorCase vector)
    {
        var value = vector.Fields.Fraction("ev");
        var count = TicketCount.Needed(vector.Fields.Fraction("existingCredit"), vector.Fields.Fraction("minCredit"), value);
        vector.Expect("numTickets", vector.Fields.WholeNumber("numTickets").ToString(), count.ToString());
        vector.Expect("newCredit", vector.Fields.Text("newCredit"), (value * count).ToString());
    }
}
