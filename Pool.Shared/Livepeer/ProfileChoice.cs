using System.Diagnostics.CodeAnalysis;
using Pool.Shared.Media;

namespace Pool.Shared.Livepeer;

/// <summary>Reads what a person's <c>--profiles</c> says: presets by name, or a JSON file in the network's format (protocol §8.5).</summary>
public static class ProfileChoice
{
    /// <summary>Largest file of profiles that is read, in bytes: 64 profiles take a few kilobytes.</summary>
    private const long MaxFileBytes = 1024 * 1024;

    private const string FileEnding = ".json";

    /// <summary>Reads the choice.</summary>
    /// <param name="text">A list of presets, or the path of a JSON file.</param>
    /// <param name="profiles">The profiles in order, each with a name of its own, when the answer is true.</param>
    /// <param name="error">A sentence without its full stop that names the entry or the file, when the answer is false.</param>
    public static bool TryRead(
        string text, [NotNullWhen(true)] out IReadOnlyList<VideoProfile>? profiles, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        var isFile = File.Exists(text) || text.EndsWith(FileEnding, StringComparison.OrdinalIgnoreCase);
        return (isFile ? TryReadFile(text, out profiles, out error) : ProfilePresets.TryParseList(text, out profiles, out error))
            && AreDistinct(profiles, out error);
    }

    private static bool TryReadFile(
        string path, [NotNullWhen(true)] out IReadOnlyList<VideoProfile>? profiles, [NotNullWhen(false)] out string? error)
    {
        profiles = null;
        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
            {
                error = $"{path} is larger than {MaxFileBytes} bytes: that is no list of profiles";
                return false;
            }

            if (ProfileJson.TryParse(File.ReadAllText(path), out profiles, out var fault))
            {
                error = null;
                return true;
            }

            error = $"{path}: {fault}";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            error = $"{path} cannot be read: {fault.Message.TrimEnd('.')}";
        }

        return false;
    }

    private static bool AreDistinct(IReadOnlyList<VideoProfile> profiles, [NotNullWhen(false)] out string? error)
    {
        var twice = profiles.GroupBy(profile => profile.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        error = twice is null ? null : $"the name '{twice.Key}' is there twice";
        return twice is null;
    }
}
