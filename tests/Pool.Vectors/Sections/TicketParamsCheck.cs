using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Vectors.Sections;

/// <summary>The tickets an orchestrator offers to take, or why it does not.</summary>
internal sealed class TicketParamsCheck : ISectionCheck
{
    public string Section => "ticket_params";

    public void Check(VectorCase vector)
    {
        var fields = vector.Fields;
        var terms = new TicketTerms
        {
            ExpectedValue = new Wei(fields.BigNumber("ev")),
            RedeemGas = fields.BigNumber("redeemGas"),
            GasPrice = new Wei(fields.BigNumber("gasPrice")),
            TxCostMultiplier = fields.BigNumber("txCostMultiplier"),
            MaxFaceValue = new Wei(fields.BigNumber("maxFaceValue")),
        };
        var maxFloat = fields.BigNumber("maxFloat");
        var offer = TicketOffer.For(fields.Fraction("pricePerPixel"), terms, maxFloat);
        var expected = fields.Child("expected");
        if (expected.Has("error"))
        {
            vector.Expect("error", expected.Text("error"), offer is null ? TicketOffer.InsufficientReserve : "none");
            return;
        }

        vector.Expect("faceValue", expected.Text("faceValue"), offer?.FaceValue.ToDigits() ?? "none");
        vector.Expect("winProb", expected.Text("winProb"), offer?.WinProbability.ToString() ?? "none");
        if (expected.Has("txCostMultiplier"))
        {
            var multiplier = TicketOffer.TxCostMultiplier(terms, maxFloat);
            vector.Expect("txCostMultiplier", expected.Text("txCostMultiplier"), multiplier?.ToString() ?? "none");
        }
    }
}
