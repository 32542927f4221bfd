using Pool.Shared.Livepeer.Tickets;
using Pool.Vectors.Wire;

namespace Pool.Vectors.Sections;

/// <summary>The pixels and the fee a gateway expects of a segment.</summary>
internal sealed class FeeEstimateCheck : ISectionCheck
{
    public string Section => "fee_estimate";

    public void Check(VectorCase vector)
    {
        var profiles = vector.Fields.Children("profiles").Select(ProfileJsonFields.Read).ToArray();
        var pixels = FeeEstimate.Pixels(profiles, vector.Fields.Real("durationSeconds"));
        vector.Expect("pixels", vector.Fields.Text("pixels"), pixels.ToString());
        vector.Expect("fee", vector.Fields.Text("fee"), FeeEstimate.Fee(pixels, vector.Fields.Fraction("pricePerPixel")).ToString());
    }
}
