using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Vectors;

/// <summary>
/// The fields of a JSON object, and a memory of which were read: a field that no check looked at would be a promise nobody kept, so
/// the runner reports it.
/// </summary>
public sealed class JsonFields
{
    private readonly JsonElement _element;
    private readonly string _path;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly List<JsonFields> _children = [];

    /// <param name="element">The object.</param>
    /// <param name="path">How to name it in messages; empty for a case itself.</param>
    /// <exception cref="VectorFormatException">The element is no object.</exception>
    public JsonFields(JsonElement element, string path = "")
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new VectorFormatException($"{(path.Length == 0 ? "the case" : $"'{path}'")} is not an object");
        }

        (_element, _path) = (element, path);
    }

    /// <summary>Fields nobody read, with their path.</summary>
    public IEnumerable<string> Unread =>
        _element.EnumerateObject().Where(property => !_read.Contains(property.Name)).Select(property => PathOf(property.Name))
            .Concat(_children.SelectMany(child => child.Unread));

    /// <summary>Says that a field needs no check.</summary>
    public void Skip(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _read.Add(name);
        }
    }

    public bool Has(string name) => _element.TryGetProperty(name, out _);

    /// <summary>The field's raw value; whoever takes it checks all that is inside.</summary>
    public JsonElement Element(string name)
    {
        if (!_element.TryGetProperty(name, out var value))
        {
            throw new VectorFormatException($"field '{PathOf(name)}' is missing");
        }

        _read.Add(name);
        return value;
    }

    public JsonFields Child(string name) => NewChild(Element(name), PathOf(name));

    public IReadOnlyList<JsonFields> Children(string name) =>
        [.. Items(name).Select((item, index) => NewChild(item, $"{PathOf(name)}[{index}]"))];

    public string Text(string name) => TextOf(Element(name), PathOf(name));

    public string TextOr(string name, string absent) => IsGiven(name) ? Text(name) : absent;

    public byte[] Bytes(string name) => Hex.Parse(Text(name), PathOf(name));

    public bool Flag(string name) => Element(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new VectorFormatException($"field '{PathOf(name)}' is neither true nor false"),
    };

    public long WholeNumber(string name) => IntegerOf(Element(name), PathOf(name));

    public long WholeNumberOr(string name, long absent) => IsGiven(name) ? WholeNumber(name) : absent;

    public int Int32Or(string name, int absent)
    {
        var value = WholeNumberOr(name, absent);
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw new VectorFormatException($"field '{PathOf(name)}' does not fit into 32 bits");
    }

    public uint UInt32Or(string name, uint absent)
    {
        var value = WholeNumberOr(name, absent);
        return value is >= 0 and <= uint.MaxValue
            ? (uint)value
            : throw new VectorFormatException($"field '{PathOf(name)}' does not fit into 32 bits without a sign");
    }

    /// <summary>An integer of any size as a decimal string.</summary>
    public BigInteger BigNumber(string name) =>
        BigInteger.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new VectorFormatException($"field '{PathOf(name)}' is not an integer");

    /// <summary>A fraction as <c>num/den</c>.</summary>
    public Ratio Fraction(string name) => Ratio.TryParse(Text(name), out var value)
        ? value
        : throw new VectorFormatException($"field '{PathOf(name)}' is not a fraction");

    /// <summary>A number with decimal places, as JSON has it.</summary>
    public double Real(string name) => Element(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var value)
        ? value
        : throw new VectorFormatException($"field '{PathOf(name)}' is not a number");

    /// <summary>A hash, a topic or an id: 32 bytes.</summary>
    public Bytes32 Bytes32(string name) => Bytes(name) is { Length: Pool.Shared.Ethereum.Bytes32.Length } bytes
        ? new Bytes32(bytes)
        : throw new VectorFormatException($"field '{PathOf(name)}' is not 32 bytes");

    public IReadOnlyList<bool> Flags(string name) => [.. Items(name).Select((item, index) => item.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new VectorFormatException($"field '{PathOf(name)}[{index}]' is neither true nor false"),
    })];

    public IReadOnlyList<string> Texts(string name) =>
        [.. Items(name).Select((item, index) => TextOf(item, $"{PathOf(name)}[{index}]"))];

    public IReadOnlyList<long> WholeNumbers(string name) =>
        [.. Items(name).Select((item, index) => IntegerOf(item, $"{PathOf(name)}[{index}]"))];

    /// <summary>Unsigned 64-bit words as decimal strings.</summary>
    public IReadOnlyList<ulong> Words(string name) => [.. Texts(name).Select(text => ParseWord(text, PathOf(name)))];

    private static ulong ParseWord(string text, string path) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var word)
            ? word
            : throw new VectorFormatException($"field '{path}' holds '{text}', which is no unsigned 64-bit number");

    private static string TextOf(JsonElement value, string path) => value.ValueKind == JsonValueKind.String
        ? value.GetString() ?? ""
        : throw new VectorFormatException($"field '{path}' is not a text");

    private static long IntegerOf(JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number))
        {
            return number;
        }

        return value.ValueKind == JsonValueKind.String &&
            long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
            ? number
            : throw new VectorFormatException($"field '{path}' is not a 64-bit integer");
    }

    private bool IsGiven(string name)
    {
        if (_element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
        {
            return true;
        }

        _read.Add(name);
        return false;
    }

    private JsonElement.ArrayEnumerator Items(string name)
    {
        var value = Element(name);
        return value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray()
            : throw new VectorFormatException($"field '{PathOf(name)}' is not an array");
    }

    private JsonFields NewChild(JsonElement element, string path)
    {
        var child = new JsonFields(element, path);
        _children.Add(child);
        return child;
    }

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";
}
