using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Pool.Shared.Media;

namespace Pool.Shared.Livepeer;

/// <summary>Profiles in the JSON format of the network's gateways: an array with an object for each (protocol §8.5).</summary>
public static class ProfileJson
{
    /// <summary>Reads an array of profiles.</summary>
    /// <param name="json">The text.</param>
    /// <param name="profiles">The profiles in order, when the answer is true.</param>
    /// <param name="error">A sentence that names the entry and the field, when the answer is false.</param>
    public static bool TryParse(
        string json, [NotNullWhen(true)] out IReadOnlyList<VideoProfile>? profiles, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(json);
        profiles = null;
        try
        {
            using var document = JsonDocument.Parse(json);
            profiles = Read(document.RootElement);
            error = null;
            return true;
        }
        catch (JsonException exception)
        {
            error = $"the profiles are not JSON: {exception.Message.ReplaceLineEndings(" ")}";
        }
        catch (ProfileJsonException exception)
        {
            error = exception.Message;
        }

        return false;
    }

    private static VideoProfile[] Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Array)
        {
            throw new ProfileJsonException("the profiles are not a JSON array: write [ {…}, {…} ]");
        }

        return root.GetArrayLength() switch
        {
            0 => throw new ProfileJsonException("there is no profile in the array"),
            > ProfilePresets.MaxProfiles => throw new ProfileJsonException(
                $"there are {root.GetArrayLength()} profiles in the array, at most {ProfilePresets.MaxProfiles} are allowed"),
            _ => [.. root.EnumerateArray().Select((element, index) => new ProfileJsonEntry(element, index + 1).Read())],
        };
    }
}
