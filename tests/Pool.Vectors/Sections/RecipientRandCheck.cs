using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Vectors.Sections;

/// <summary>The recipient rand that belongs to parameters, and its hash.</summary>
internal sealed class RecipientRandCheck : ISectionCheck
{
    public string Section => "recipient_rand";

    public void Check(VectorCase vector)
    {
        var terms = Read(vector.Fields.Child("params"));
        vector.Expect("pricePerPixelReduced", vector.Fields.Text("pricePerPixelReduced"), terms.PricePerPixel.ToString());
        var rand = terms.Derive(vector.Fields.Bytes("secret"));
        vector.Expect("recipientRand", vector.Fields.Text("recipientRand"), rand.Value.ToString());
        vector.Expect("recipientRandHash", vector.Fields.Text("recipientRandHash"), rand.Hash().ToString());
    }

    private static RecipientRandTerms Read(JsonFields fields) => new()
    {
        Seed = fields.BigNumber("seed"),
        Sender = Curves.AddressOf(fields, "sender"),
        FaceValue = new Wei(fields.BigNumber("faceValue")),
        WinProbability = new WinProbability(fields.BigNumber("winProb")),
        ExpirationBlock = fields.BigNumber("expirationBlock"),
        PricePerPixel = fields.Fraction("pricePerPixel"),
        Created = TicketFields.Created(fields),
    };
}
