using System.Numerics;
using Pool.Shared.Media;
using Pool.Shared.Money;

namespace Pool.Shared.Livepeer.Tickets;

/// <summary>What a gateway expects a segment to cost before it is transcoded (protocol §5.7).</summary>
public static class FeeEstimate
{
    /// <summary>Frames a second that are reckoned with where a profile passes the input's through.</summary>
    private const int PassThroughFrameRate = 60;

    /// <summary>2 % more than reckoned: exactly the fraction that the IEEE double 1.02 is, which is what gateways multiply with.</summary>
    private static readonly Ratio s_margin = new(4593671619917906, 4503599627370496);

    /// <summary>Pixels of all renditions together, frame rate and duration rounded up.</summary>
    /// <param name="profiles">The profiles that are asked for.</param>
    /// <param name="durationSeconds">The segment's duration in seconds, as gateways keep it.</param>
    public static BigInteger Pixels(IEnumerable<VideoProfile> profiles, double durationSeconds)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        ArgumentOutOfRangeException.ThrowIfNegative(durationSeconds);
        var seconds = new BigInteger(Math.Ceiling(durationSeconds));
        return profiles.Aggregate(
            BigInteger.Zero, (sum, profile) => sum + ((BigInteger)profile.Width * profile.Height * FrameRate(profile) * seconds));
    }

    /// <summary>The fee in wei for so many pixels.</summary>
    public static Ratio Fee(BigInteger pixels, Ratio pricePerPixel) => s_margin * pricePerPixel * pixels;

    private static BigInteger FrameRate(VideoProfile profile) => profile.FrameRateNumerator == 0
        ? PassThroughFrameRate
        : new Ratio(profile.FrameRateNumerator, Math.Max(profile.FrameRateDenominator, 1)).Ceiling();
}
