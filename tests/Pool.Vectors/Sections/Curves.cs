using Pool.Shared.Ethereum;

namespace Pool.Vectors.Sections;

/// <summary>The implementations of the curve on this machine; signatures are checked with all of them.</summary>
internal static class Curves
{
    public static IReadOnlyList<ISecp256k1> All { get; } =
        NativeSecp256k1.TryCreate() is { } native ? [new BouncyCastleSecp256k1(), native] : [new BouncyCastleSecp256k1()];

    public static string NameOf(ISecp256k1 curve) => curve.GetType().Name;

    /// <summary>Reads an address as the vectors write it; its checksum has to be right.</summary>
    public static Address AddressOf(JsonFields fields, string name) => Address.TryParse(fields.Text(name), out var address, out var error)
        ? address
        : throw new VectorFormatException($"field '{name}': {error}");
}
