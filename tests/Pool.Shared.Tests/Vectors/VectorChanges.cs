using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pool.Shared.Tests.Vectors;

/// <summary>Copies of a case in each of which one value is another one.</summary>
internal static class VectorChanges
{
    private static readonly HashSet<string> s_remarks = new(StringComparer.Ordinal) { "name", "source", "verified", "how", "note" };

    /// <summary>Objects of which every value shows in what comes out, so that a change anywhere inside has to be noticed.</summary>
    private static readonly HashSet<string> s_shown = new(StringComparer.Ordinal)
    {
        "request", "segData", "info", "result", "message", "profile", "capabilities", "ticket", "params", "payment", "expected",
    };

    /// <summary>
    /// Sections that round, compare or choose: another input may well have the same answer, another answer may not. Only these fields
    /// are answers.
    /// </summary>
    private static readonly Dictionary<string, string[]> s_answers = new(StringComparer.Ordinal)
    {
        ["signature_rejects"] = ["valid"],
        ["capability_compat"] = ["compatible"],
        ["version_compat"] = ["compatible"],
        ["winning"] = ["signature", "recipientRand", "value", "wins"],
        ["ticket_ev"] = ["ev", "evRounded"],
        ["ticket_params"] = ["expected"],
        ["max_float"] = ["maxFloat"],
        ["price_info"] = ["expected"],
        ["price_to_fixed"] = ["fixed"],
        ["fee_estimate"] = ["pixels", "fee"],
        ["num_tickets"] = ["numTickets", "newCredit"],
    };

    /// <summary>What a payment without tickets says of tickets.</summary>
    private static readonly string[] s_ofTickets = ["recipientSecret", "recipientRand", "creditPerTicket"];

    public static IEnumerable<(string Path, JsonObject Changed)> Of(string section, JsonObject vector)
    {
        foreach (var (field, value) in vector.Where(entry => !s_remarks.Contains(entry.Key)))
        {
            var isInput = s_answers.TryGetValue(section, out var answers) && !answers.Contains(field, StringComparer.Ordinal);
            var isOfNoTicket = vector["ticketHashes"] is JsonArray { Count: 0 } && s_ofTickets.Contains(field, StringComparer.Ordinal);

            // Of a derivation's inputs some do not show in what comes out.
            var isHidden = (value is JsonObject && !s_shown.Contains(field)) || string.Equals(field, "profiles", StringComparison.Ordinal);
            if (isInput || isOfNoTicket || isHidden)
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
        "0/1" => "1/1",
        [.. var head, >= '0' and <= '8' and var digit] => $"{head}{(char)(digit + 1)}",
        [.. var head, '9'] => $"{head}8",
        ['0', 'x', .. var head, _] => $"0x{head}0",
        [.. var head, '='] => $"AAAA{head}=",
        _ => $"{text}x",
    };
}
