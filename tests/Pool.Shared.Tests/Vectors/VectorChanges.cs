using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pool.Shared.Tests.Vectors;

/// <summary>Copies of a case in each of which one value is another one.</summary>
internal static class VectorChanges
{
    private static readonly HashSet<string> s_remarks = new(StringComparer.Ordinal) { "name", "source", "verified", "how", "note" };

    /// <summary>Messages that are compared field by field, so that a change anywhere inside has to be noticed.</summary>
    private static readonly HashSet<string> s_messages = new(StringComparer.Ordinal)
    {
        "request", "segData", "info", "result", "message", "profile", "capabilities",
    };

    /// <summary>Sections that give yes or no: another input may well have the same answer, another answer may not.</summary>
    private static readonly HashSet<string> s_verdicts = new(StringComparer.Ordinal)
    {
        "signature_rejects", "capability_compat", "version_compat",
    };

    public static IEnumerable<(string Path, JsonObject Changed)> Of(string section, JsonObject vector)
    {
        foreach (var (field, value) in vector.Where(entry => !s_remarks.Contains(entry.Key)))
        {
            if (s_verdicts.Contains(section) && value?.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
            {
                continue;
            }

            // Of a derivation's inputs some do not show in what comes out.
            if ((value is JsonObject && !s_messages.Contains(field)) || string.Equals(field, "profiles", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var leaf in LeavesOf(value, field))
            {
                yield return (leaf, With(vector, leaf));
            }
        }
    }

    private static IEnumerable<string> LeavesOf(JsonNode? value, string path) => value switch
    {
        JsonObject inner => inner.SelectMany(entry => LeavesOf(entry.Value, $"{path}/{entry.Key}")),
        JsonArray items => items.SelectMany((item, index) => LeavesOf(item, $"{path}/{index}")),
        _ => [path],
    };

    private static JsonObject With(JsonObject vector, string path)
    {
        var copy = vector.DeepClone().AsObject();
        var steps = path.Split('/');
        JsonNode place = copy;
        foreach (var step in steps[..^1])
        {
            place = (place is JsonArray items ? items[int.Parse(step)] : place[step])!;
        }

        if (place is JsonArray array)
        {
            array[int.Parse(steps[^1])] = Another(array[int.Parse(steps[^1])]);
        }
        else
        {
            place[steps[^1]] = Another(place[steps[^1]]);
        }

        return copy;
    }

    private static JsonNode Another(JsonNode? leaf) => leaf?.GetValueKind() switch
    {
        JsonValueKind.True => false,
        JsonValueKind.False => true,
        JsonValueKind.Number => leaf.GetValue<long>() is >= 0 and var number ? number + 1 : 1000,
        JsonValueKind.String => Another(leaf.GetValue<string>()),
        _ => "something",
    };

    private static string Another(string text) => text switch
    {
        "0x" => "0x00",
        [.. var head, >= '0' and <= '8' and var digit] => $"{head}{(char)(digit + 1)}",
        [.. var head, '9'] => $"{head}8",
        ['0', 'x', .. var head, _] => $"0x{head}0",
        [.. var head, '='] => $"AAAA{head}=",
        _ => $"{text}x",
    };
}
