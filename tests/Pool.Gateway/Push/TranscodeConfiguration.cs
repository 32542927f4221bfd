using System.Net;
using System.Text.Json;
using Pool.Shared.Livepeer;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.Gateway.Push;

/// <summary>
/// The header <c>Livepeer-Transcode-Configuration</c>: of the webhook's fields (protocol §8.7) those that say what to transcode. The other
/// fields are read over: they concern storage, recording and verification, which this gateway does not have.
/// </summary>
/// <param name="ManifestId">Id of the stream in place of the path's, or null.</param>
/// <param name="Profiles">The profiles, or null to keep the gateway's own.</param>
public sealed record TranscodeConfiguration(string? ManifestId, IReadOnlyList<VideoProfile>? Profiles)
{
    /// <summary>Reads the header; null when it is absent.</summary>
    /// <exception cref="PushRefusedException">It is not what it must be.</exception>
    public static TranscodeConfiguration? Read(string? header)
    {
        if (string.IsNullOrEmpty(header))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(header);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Read(document.RootElement) : throw Bad("it is not an object");
        }
        catch (JsonException fault)
        {
            throw Bad(fault.Message.ReplaceLineEndings(" "));
        }
    }

    private static TranscodeConfiguration Read(JsonElement root)
    {
        var manifest = Find(root, "manifestID");
        var profiles = Presets(Find(root, "presets")).Concat(Listed(Find(root, "profiles"))).ToArray();
        return new TranscodeConfiguration(
            manifest is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } id ? id : null,
            profiles.Length > 0 ? profiles : null);
    }

    private static IReadOnlyList<VideoProfile> Presets(JsonElement? presets)
    {
        if (presets is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() == 0)
        {
            return [];
        }

        var names = string.Join(',', list.EnumerateArray().Select(name => name.ToString()));
        return ProfilePresets.TryParseList(names, out var profiles, out var error) ? profiles : throw Bad($"presets: {error}");
    }

    private static IReadOnlyList<VideoProfile> Listed(JsonElement? profiles)
    {
        if (profiles is not { ValueKind: not JsonValueKind.Null } list || list is { ValueKind: JsonValueKind.Array } && list.GetArrayLength() == 0)
        {
            return [];
        }

        return ProfileJson.TryParse(list.GetRawText(), out var read, out var error) ? read : throw Bad($"profiles: {error}");
    }

    private static JsonElement? Find(JsonElement root, string name)
    {
        foreach (var property in root.EnumerateObject())
        {
            if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return property.Value;
            }
        }

        return null;
    }

    private static PushRefusedException Bad(string reason) =>
        new(HttpStatusCode.BadRequest, $"Livepeer-Transcode-Configuration cannot be read: {reason}");
}
