using System.Diagnostics.CodeAnalysis;
using Pool.Shared.Media;

namespace Pool.Shared.Livepeer;

/// <summary>The network's named profiles (protocol §8.5).</summary>
public static class ProfilePresets
{
    /// <summary>What a gateway asks for when its operator says nothing.</summary>
    public const string DefaultList = "P240p30fps16x9,P360p30fps16x9";

    /// <summary>Most profiles of one job; the network knows no limit, its largest jobs have about ten.</summary>
    public const int MaxProfiles = 64;

    private static readonly VideoProfile[] s_all =
    [
        Preset("P720p60fps16x9", 1280, 720, 60, 6000),
        Preset("P720p30fps16x9", 1280, 720, 30, 4000),
        Preset("P720p25fps16x9", 1280, 720, 25, 3500),
        Preset("P720p30fps4x3", 960, 720, 30, 3500),
        Preset("P576p30fps16x9", 1024, 576, 30, 1500),
        Preset("P576p25fps16x9", 1024, 576, 25, 1500),
        Preset("P360p30fps16x9", 640, 360, 30, 1200),
        Preset("P360p25fps16x9", 640, 360, 25, 1000),
        Preset("P360p30fps4x3", 480, 360, 30, 1000),
        Preset("P240p30fps16x9", 426, 240, 30, 600),
        Preset("P240p25fps16x9", 426, 240, 25, 600),
        Preset("P240p30fps4x3", 320, 240, 30, 600),
        Preset("P144p30fps16x9", 256, 144, 30, 400),
    ];

    private static readonly Dictionary<string, VideoProfile> s_byName = s_all.ToDictionary(preset => preset.Name, StringComparer.Ordinal);

    /// <summary>All presets, the largest first.</summary>
    public static IReadOnlyList<VideoProfile> All => s_all;

    /// <summary>The preset of this name, or null.</summary>
    public static VideoProfile? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>Reads a list of names with commas between them.</summary>
    /// <param name="text">The list; blanks around a name do not matter.</param>
    /// <param name="profiles">The presets in order, when the answer is true.</param>
    /// <param name="error">A sentence that names the entry, when the answer is false.</param>
    public static bool TryParseList(
        string text, [NotNullWhen(true)] out IReadOnlyList<VideoProfile>? profiles, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        profiles = null;
        var names = text.Split(',', StringSplitOptions.TrimEntries);
        if (names.Length > MaxProfiles)
        {
            error = $"there are {names.Length} presets in the list, at most {MaxProfiles} are allowed";
            return false;
        }

        var found = new List<VideoProfile>(names.Length);
        foreach (var name in names)
        {
            if (Find(name) is not { } preset)
            {
                error = $"entry {found.Count + 1} ('{name}') is no preset; there are {string.Join(", ", s_byName.Keys)}";
                return false;
            }

            found.Add(preset);
        }

        (profiles, error) = (found, null);
        return true;
    }

    private static VideoProfile Preset(string name, int width, int height, uint framesPerSecond, int bitrateKbps) => new()
    {
        Name = name,
        Width = width,
        Height = height,
        FrameRateNumerator = framesPerSecond,
        BitrateBps = bitrateKbps * 1000,
    };
}
