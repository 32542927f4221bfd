using Pool.Shared.Livepeer.Tickets;

namespace Pool.Vectors.Sections;

/// <summary>The price that is quoted to a gateway, and its way over the wire.</summary>
internal sealed class PriceInfoCheck : ISectionCheck
{
    public string Section => "price_info";

    public void Check(VectorCase vector)
    {
        var price = PixelPrice.Quote(
            vector.Fields.Fraction("basePrice"), vector.Fields.Fraction("txCostMultiplier"), vector.Fields.Flag("autoAdjustPrice"));
        var sent = PixelPrice.ToWire(price);
        var expected = vector.Fields.Child("expected");
        vector.Expect("pricePerUnit", expected.Text("pricePerUnit"), sent.PricePerUnit.ToString());
        vector.Expect("pixelsPerUnit", expected.Text("pixelsPerUnit"), sent.PixelsPerUnit.ToString());
        vector.Expect("read back", expected: true, PixelPrice.TryFromWire(sent, out var received) && received == price);
    }
}
