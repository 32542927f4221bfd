using Pool.Shared.Livepeer.Tickets;

namespace Pool.Vectors.Sections;

/// <summary>A price as a fixed-point integer.</summary>
internal sealed class PriceToFixedCheck : ISectionCheck
{
    public string Section => "price_to_fixed";

    public void Check(VectorCase vector) => vector.Expect(
        "fixed", vector.Fields.Text("fixed"), PixelPrice.ToFixed(vector.Fields.Fraction("price")).ToString());
}
