using System.Numerics;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;

namespace Pool.Shared.Livepeer.Tickets;

/// <summary>Prices in wei per pixel as the network quotes them (protocol §3.5).</summary>
public static class PixelPrice
{
    /// <summary>A quoted price has three decimal places.</summary>
    private const int FixedPointFactor = 1000;

    /// <summary>The price as a fixed-point integer with three decimals, truncated towards zero.</summary>
    public static BigInteger ToFixed(Ratio price) => (price * FixedPointFactor).Truncate();

    /// <summary>The price a fixed-point integer stands for.</summary>
    public static Ratio FromFixed(BigInteger value) => new(value, FixedPointFactor);

    /// <summary>The price that is quoted: the base price and the part of redemption's cost in it.</summary>
    /// <param name="basePrice">The operator's price, in wei per pixel.</param>
    /// <param name="txCostMultiplier">How many times its redemption's cost a ticket pays; zero where redemption costs nothing.</param>
    /// <param name="isAdjusted">Whether the operator has the cost of redemption added; if not, the price is the base price as it is.</param>
    public static Ratio Quote(Ratio basePrice, Ratio txCostMultiplier, bool isAdjusted)
    {
        if (!isAdjusted || basePrice.IsZero)
        {
            return basePrice;
        }

        var overhead = txCostMultiplier.Sign > 0 ? Ratio.One + (Ratio.One / txCostMultiplier) : Ratio.One;
        return FromFixed(ToFixed(basePrice * overhead));
    }

    /// <summary>The price as it is sent.</summary>
    /// <exception cref="OverflowException">The numerator or the denominator needs more than 63 bits.</exception>
    public static PriceInfo ToWire(Ratio price) => new()
    {
        PricePerUnit = (long)price.Numerator,
        PixelsPerUnit = (long)price.Denominator,
    };

    /// <summary>Reads a price from the wire.</summary>
    /// <returns>False when there is none, or its number of pixels is not above zero: both would divide by zero later (protocol §4.6).</returns>
    public static bool TryFromWire(PriceInfo? info, out Ratio price)
    {
        var isPrice = info is { PixelsPerUnit: > 0 };
        price = isPrice ? new Ratio(info!.PricePerUnit, info.PixelsPerUnit) : default; // isPrice: it is not null
        return isPrice;
    }
}
