using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Vectors.Sections;

/// <summary>What a ticket is worth on average, exactly and rounded.</summary>
internal sealed class TicketValueCheck : ISectionCheck
{
    public string Section => "ticket_ev";

    public void Check(VectorCase vector)
    {
        var probability = new WinProbability(vector.Fields.BigNumber("winProb"));
        var value = probability.ExpectedValue(new Wei(vector.Fields.BigNumber("faceValue")));
        vector.Expect("ev", vector.Fields.Text("ev"), value.ToString());
        if (vector.Fields.Has("evRounded"))
        {
            vector.Expect("evRounded", vector.Fields.Text("evRounded"), value.Round().ToString());
        }
    }
}
