using Pool.Gateway.Cli;
using Pool.Shared.Livepeer;
using Pool.Shared.Media;

namespace Pool.Gateway.Profiles;

/// <summary>Reads what <c>--profiles</c> says: a JSON file in the network's format, or presets by name (protocol §8.5).</summary>
public static class ProfileChoice
{
    /// <summary>Largest file of profiles that is read, in bytes: 64 profiles take a few kilobytes.</summary>
    private const long MaxFileBytes = 1024 * 1024;

    /// <summary>The profiles, in order.</summary>
    /// <exception cref="UserFaultException">There is no such file, preset or format; the message names the entry.</exception>
    public static async Task<IReadOnlyList<VideoProfile>> ReadAsync(string text, CancellationToken cancellationToken)
    {
        if (!File.Exists(text) && !text.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            return ProfilePresets.TryParseList(text, out var presets, out var unknown)
                ? Distinct(presets)
                : throw new UserFaultException($"--profiles: {unknown}.");
        }

        return ProfileJson.TryParse(await ReadFileAsync(text, cancellationToken), out var profiles, out var error)
            ? Distinct(profiles)
            : throw new UserFaultException($"{text}: {error}.");
    }

    private static async Task<string> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(path).Length <= MaxFileBytes
                ? await File.ReadAllTextAsync(path, cancellationToken)
                : throw new UserFaultException($"{path} is larger than {MaxFileBytes} bytes: that is no list of profiles.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UserFaultException($"The profiles in {path} cannot be read: {fault.Message}", fault);
        }
    }

    private static IReadOnlyList<VideoProfile> Distinct(IReadOnlyList<VideoProfile> profiles)
    {
        var twice = profiles.GroupBy(profile => profile.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? profiles : throw new UserFaultException($"--profiles: the name '{twice.Key}' is there twice.");
    }
}
