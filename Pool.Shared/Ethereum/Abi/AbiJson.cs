using System.Text.Json;

namespace Pool.Shared.Ethereum.Abi;

/// <summary>Interfaces as compilers write them in JSON.</summary>
internal static class AbiJson
{
    /// <summary>Largest interface that is read; the largest of the network's has 25 thousand characters.</summary>
    private const int MaxCharacters = 4 * 1024 * 1024;

    private const string TupleName = "tuple";

    public static AbiContract Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length > MaxCharacters)
        {
            throw new AbiException($"an interface has more than {MaxCharacters} characters");
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is what an entry of another kind than expected is answered with.
            throw new AbiException($"an interface cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    private static AbiContract Read(JsonElement root)
    {
        var functions = new List<AbiFunction>();
        var events = new List<AbiEvent>();
        var errors = new List<AbiError>();
        foreach (var entry in root.EnumerateArray())
        {
            switch (Text(entry, "type"))
            {
                case "function":
                    functions.Add(new AbiFunction(Text(entry, "name"), Parameters(entry, "inputs"), Parameters(entry, "outputs")));
                    break;
                case "event":
                    events.Add(new AbiEvent(Text(entry, "name"), Parameters(entry, "inputs"), Flag(entry, "anonymous")));
                    break;
                case "error":
                    errors.Add(new AbiError(Text(entry, "name"), Parameters(entry, "inputs")));
                    break;
                case "constructor" or "receive" or "fallback":
                    break;
                case var other:
                    throw new AbiException($"an interface has an entry of the type '{other}'");
            }
        }

        return new AbiContract(functions, events, errors);
    }

    private static List<AbiParameter> Parameters(JsonElement parent, string name) => parent.TryGetProperty(name, out var list)
        ? [.. list.EnumerateArray().Select(Parameter)]
        : [];

    private static AbiParameter Parameter(JsonElement entry) => new(
        entry.TryGetProperty("name", out var name) ? name.GetString() ?? "" : "", Type(entry), Flag(entry, "indexed"));

    /// <summary>A type; a tuple's components stand beside its name, and what is behind the name is arrays of it.</summary>
    private static AbiType Type(JsonElement entry)
    {
        var name = Text(entry, "type");
        if (!name.StartsWith(TupleName, StringComparison.Ordinal))
        {
            return new AbiSignatureReader(name).OnlyType();
        }

        return new AbiSignatureReader(name[TupleName.Length..]).ArraysOf(new AbiType.Tuple(Parameters(entry, "components")));
    }

    private static string Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) && value.GetString() is { } text
        ? text
        : throw new AbiException($"an entry of an interface has no '{name}'");

    private static bool Flag(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) && value.GetBoolean();
}
