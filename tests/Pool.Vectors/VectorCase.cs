using System.Text.Json;

namespace Pool.Vectors;

/// <summary>One case: its fields, and what was found wrong with it so far.</summary>
public sealed class VectorCase
{
    /// <summary>Where a vector comes from, and what people say about it.</summary>
    private static readonly string[] s_remarks = ["source", "verified", "how", "note"];

    private readonly List<string> _mismatches = [];

    /// <exception cref="VectorFormatException">The element is no object or has no name.</exception>
    public VectorCase(string section, JsonElement element)
    {
        Section = section;
        Fields = new JsonFields(element);
        Name = Fields.Text("name");
        Fields.Skip(s_remarks);
    }

    public string Section { get; }

    public string Name { get; }

    public JsonFields Fields { get; }

    /// <summary>What is wrong, one sentence part each; empty for a case that passes.</summary>
    public IReadOnlyList<string> Mismatches => _mismatches;

    public void Expect(string what, string expected, string actual)
    {
        if (!string.Equals(expected, actual, StringComparison.Ordinal))
        {
            _mismatches.Add($"{what}: expected {Hex.Shorten(expected)}, got {Hex.Shorten(actual)}");
        }
    }

    public void Expect(string what, bool expected, bool actual) => Expect(what, expected ? "true" : "false", actual ? "true" : "false");

    public void Expect(string what, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual) =>
        Expect(what, Hex.Of(expected), Hex.Of(actual));

    public void Expect<T>(string what, IEnumerable<T> expected, IEnumerable<T> actual) =>
        Expect(what, $"[{string.Join(", ", expected)}]", $"[{string.Join(", ", actual)}]");

    /// <summary>Reports something that is wrong in its own words.</summary>
    public void Fail(string what) => _mismatches.Add(what);
}
