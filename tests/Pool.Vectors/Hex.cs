using System.Buffers;

namespace Pool.Vectors;

/// <summary>Binary values of the vectors: 0x and lower-case hex.</summary>
public static class Hex
{
    private const string Prefix = "0x";

    /// <summary>Longest value a failing line repeats; a longer one is cut in the middle.</summary>
    private const int LongestShown = 150;

    /// <exception cref="VectorFormatException">The text is not 0x and an even number of hex digits.</exception>
    public static byte[] Parse(string text, string path)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw new VectorFormatException($"field '{path}' does not begin with 0x");
        }

        var bytes = new byte[(text.Length - Prefix.Length) / 2];
        return Convert.FromHexString(text.AsSpan(Prefix.Length), bytes, out _, out _) == OperationStatus.Done
            ? bytes
            : throw new VectorFormatException($"field '{path}' is not an even number of hex digits");
    }

    public static string Of(ReadOnlySpan<byte> bytes) => Prefix + Convert.ToHexStringLower(bytes);

    /// <summary>A value as a failing line shows it.</summary>
    public static string Shorten(string text) => text.Length <= LongestShown
        ? text
        : $"{text[..(LongestShown / 2)]}…{text[^(LongestShown / 2)..]}({text.Length} characters)";
}
