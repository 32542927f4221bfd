using System.Numerics;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Shared.Livepeer.Tickets;

/// <summary>What tickets an orchestrator offers to take from a gateway (protocol §5.4).</summary>
/// <param name="FaceValue">What a winning ticket pays.</param>
/// <param name="WinProbability">How likely one wins.</param>
public sealed record TicketOffer(Wei FaceValue, WinProbability WinProbability)
{
    /// <summary>The network's words for a sender that cannot back a ticket worth redeeming.</summary>
    public const string InsufficientReserve = "insufficient sender reserve";

    /// <summary>Face value over expected value where gas costs nothing.</summary>
    private const int ExpectedValueMultiplier = 100;

    /// <summary>
    /// Gas price the network counts as average. While gas is dearer than this, a ticket that would pay for its redemption on average is
    /// still taken.
    /// </summary>
    private static readonly Wei s_averageGasPrice = Wei.OneGwei * 3;

    /// <summary>No payment needed.</summary>
    public static TicketOffer Free { get; } = new(Wei.Zero, WinProbability.Never);

    /// <summary>The offer for a price: nothing is asked for where the price is not above zero.</summary>
    /// <param name="pricePerPixel">Price in wei per pixel.</param>
    /// <param name="terms">The orchestrator's terms.</param>
    /// <param name="maxFloat">What the sender can back, see <see cref="SenderFunds.MaxFloat"/>.</param>
    /// <returns>The offer, or null when the sender's reserve is insufficient.</returns>
    public static TicketOffer? For(Ratio pricePerPixel, TicketTerms terms, BigInteger maxFloat)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (pricePerPixel.Sign <= 0)
        {
            return Free;
        }

        return FaceValueFor(terms, maxFloat) is { } faceValue
            ? new TicketOffer(faceValue, Probability(faceValue, terms.ExpectedValue))
            : null;
    }

    /// <summary>How many times its redemption's cost a sender's ticket pays: the part of the price that is overhead (protocol §3.5).</summary>
    /// <returns>The multiplier, zero where redemption costs nothing; null when the sender's reserve is insufficient.</returns>
    public static Ratio? TxCostMultiplier(TicketTerms terms, BigInteger maxFloat)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (FaceValueFor(terms, maxFloat) is not { } faceValue)
        {
            return null;
        }

        return terms.TxCost.IsZero ? Ratio.Zero : new Ratio(faceValue.Value, terms.TxCost.Value);
    }

    private static Wei? FaceValueFor(TicketTerms terms, BigInteger maxFloat)
    {
        var wanted = terms.TxCost * terms.TxCostMultiplier;
        if (wanted < terms.ExpectedValue)
        {
            wanted = terms.ExpectedValue * ExpectedValueMultiplier;
        }

        var backed = BigInteger.Min(wanted.Value, maxFloat);
        if (backed < terms.ExpectedValue.Value)
        {
            return null;
        }

        var faceValue = terms.MaxFaceValue.IsZero ? new Wei(backed) : Wei.Min(new Wei(backed), terms.MaxFaceValue);
        var isWorthRedeeming = faceValue >= terms.TxCost || faceValue >= s_averageGasPrice * terms.RedeemGas;
        return faceValue >= terms.ExpectedValue && isWorthRedeeming ? faceValue : null;
    }

    /// <summary>The probability at which a ticket of this face value is worth the expected value, rounded up.</summary>
    private static WinProbability Probability(Wei faceValue, Wei expectedValue)
    {
        if (faceValue.IsZero)
        {
            return WinProbability.Never;
        }

        if (faceValue == expectedValue)
        {
            return WinProbability.Highest;
        }

        var quotient = BigInteger.DivRem(Uint256.Max, faceValue.Value, out var remainder);
        var numerator = expectedValue.Value * (remainder.IsZero ? quotient : quotient + 1);
        return new WinProbability(BigInteger.Min(numerator, Uint256.Max));
    }
}
