using Pool.Gateway.Media;
using Pool.Shared.Media;

namespace Pool.Gateway.Profiles;

/// <summary>Profiles that suit a source, when nobody names any: its aspect ratio is kept and nothing is made larger than it is.</summary>
public static class ProfileLadder
{
    /// <summary>Sources whose shorter side is above this get the two fixed rungs, which any worker manages live.</summary>
    private const int LargestFullLadder = 720;

    /// <summary>Rungs of a ladder.</summary>
    private const int RungsTaken = 2;

    /// <summary>Bits per second where no rung fits because the source is tiny.</summary>
    private const int TinyBitrateBps = 300_000;

    private static readonly (int ShortSide, int BitrateBps)[] s_rungs =
        [(720, 4_000_000), (480, 1_800_000), (360, 1_200_000), (240, 600_000), (144, 400_000)];

    /// <summary>The profiles for a source, the largest first. Frame rates are passed through.</summary>
    public static IReadOnlyList<VideoProfile> For(VideoSource source) => For(source.Width, source.Height);

    /// <summary>The profiles for a picture of this size in pixels.</summary>
    public static IReadOnlyList<VideoProfile> For(int width, int height)
    {
        var shortSide = Math.Min(width, height);
        var rungs = shortSide > LargestFullLadder
            ? s_rungs.Where(rung => rung.ShortSide is 480 or 240)
            : s_rungs.Where(rung => rung.ShortSide <= shortSide).Take(RungsTaken);
        VideoProfile[] ladder = [.. rungs.Select(rung => Profile(width, height, rung.ShortSide, rung.BitrateBps))];
        return ladder.Length > 0
            ? ladder
            : [new VideoProfile { Name = "source", Width = Even(width), Height = Even(height), BitrateBps = TinyBitrateBps }];
    }

    private static VideoProfile Profile(int width, int height, int rung, int bitrateBps)
    {
        var isPortrait = height > width;
        var longSide = NearestEven((double)rung * Math.Max(width, height) / Math.Min(width, height));
        return new VideoProfile
        {
            Name = $"{rung}p",
            Width = isPortrait ? rung : longSide,
            Height = isPortrait ? longSide : rung,
            BitrateBps = bitrateBps,
        };
    }

    private static int NearestEven(double side) => 2 * (int)Math.Round(side / 2, MidpointRounding.AwayFromZero);

    private static int Even(int side) => Math.Max(2, side - (side % 2));
}
