using Pool.Gateway.Cli;
using Pool.Shared.Livepeer;
using Pool.Shared.Media;

namespace Pool.Gateway.Streaming;

/// <summary>Which renditions to ask for: the ones that were named, or two that fit the source.</summary>
public static class ProfileLadder
{
    private const int MinWidth = 146;
    private const int MinHeight = 50;
    private const int LargestOwnRung = 720;

    private static readonly (int Height, int BitrateBps)[] s_rungs = [(720, 3_000_000), (480, 1_600_000), (360, 1_200_000), (240, 600_000), (144, 400_000)];

    /// <summary>Two rungs: up to 720p the two highest that are not larger than the source, for larger sources 480p and 240p.</summary>
    public static IReadOnlyList<VideoProfile> For(int width, int height)
    {
        var shortSide = Math.Min(width, height);
        var rungs = shortSide > LargestOwnRung ? s_rungs.Where(rung => rung.Height is 480 or 240).ToList() : s_rungs.Where(rung => rung.Height <= shortSide).Take(2).ToList();
        var profiles = rungs.Select(rung => Scaled(width, height, rung.Height, rung.BitrateBps))
            .Where(profile => profile.Width >= MinWidth && profile.Height >= MinHeight).ToList();
        return profiles.Count > 0 ? profiles : [Scaled(width, height, Math.Max(shortSide, MinHeight), s_rungs[^1].BitrateBps)];
    }

    /// <summary>A file of profiles, or names of presets parted by commas (protocol §8.5).</summary>
    /// <exception cref="UserFaultException">Neither can be read.</exception>
    public static IReadOnlyList<VideoProfile> Read(string fileOrPresets)
    {
        string? error;
        IReadOnlyList<VideoProfile>? profiles;
        if (!File.Exists(fileOrPresets))
        {
            return ProfilePresets.TryParseList(fileOrPresets, out profiles, out error)
                ? profiles
                : throw new UserFaultException($"--profiles '{fileOrPresets}' is no file, and no list of presets: {error}");
        }

        return ProfileJson.TryParse(File.ReadAllText(fileOrPresets), out profiles, out error)
            ? profiles
            : throw new UserFaultException($"--profiles {fileOrPresets}: {error}");
    }

    private static VideoProfile Scaled(int width, int height, int shortSide, int bitrateBps)
    {
        var longSide = (int)Math.Round((double)shortSide * Math.Max(width, height) / Math.Min(width, height) / 2) * 2;
        var isPortrait = height > width;
        return new VideoProfile
        {
            Name = $"{shortSide}p",
            Width = isPortrait ? shortSide & ~1 : longSide,
            Height = isPortrait ? longSide : shortSide & ~1,
            BitrateBps = bitrateBps,
        };
    }
}
