using Pool.Shared.Livepeer.Tickets;

namespace Pool.Vectors.Sections;

/// <summary>What a ticket draws, and whether it wins.</summary>
internal sealed class WinningCheck : ISectionCheck
{
    public string Section => "winning";

    public void Check(VectorCase vector)
    {
        var signature = vector.Fields.Bytes("signature");
        var rand = new RecipientRand(vector.Fields.BigNumber("recipientRand"));
        vector.Expect("value", vector.Fields.Text("value"), rand.Draw(signature).ToString());
        var probability = new WinProbability(vector.Fields.BigNumber("winProb"));
        vector.Expect("wins", vector.Fields.Flag("wins"), rand.Wins(signature, probability));
    }
}
