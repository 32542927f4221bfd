using System.Globalization;

namespace Pool.Shared.Ethereum.Abi;

/// <summary>Types that consist of nothing else, by name.</summary>
internal static class AbiElementaryType
{
    /// <summary>Bits of <c>uint</c> and <c>int</c>.</summary>
    private const int DefaultBits = 256;

    /// <exception cref="AbiException">There is no such type, or it is one that is not supported.</exception>
    public static AbiType Parse(ReadOnlySpan<char> name) => name switch
    {
        "address" => new AbiType.Account(),
        "bool" => new AbiType.Bool(),
        "bytes" => new AbiType.Bytes(),
        "string" => new AbiType.Text(),
        "uint" => new AbiType.UnsignedInteger(DefaultBits),
        "int" => new AbiType.SignedInteger(DefaultBits),
        _ when TrySize(name, "uint", out var bits) => new AbiType.UnsignedInteger(bits),
        _ when TrySize(name, "int", out var bits) => new AbiType.SignedInteger(bits),
        _ when TrySize(name, "bytes", out var length) => new AbiType.FixedBytes(length),
        _ => throw new AbiException($"there is no type '{name}', or none that is supported"),
    };

    /// <summary>The number behind a name: at most three digits, without leading zeros.</summary>
    private static bool TrySize(ReadOnlySpan<char> name, string prefix, out int size)
    {
        size = 0;
        return name.StartsWith(prefix, StringComparison.Ordinal) && name.Length - prefix.Length is >= 1 and <= 3 &&
            name[prefix.Length] != '0' &&
            int.TryParse(name[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out size);
    }
}
