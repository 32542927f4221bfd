using System.Buffers.Binary;
using System.Numerics;

namespace Pool.Shared.Ethereum;

/// <summary>Unsigned integers as big-endian bytes, the way the network's messages carry them (protocol, notation be and be32).</summary>
public static class BigEndian
{
    /// <summary>be(n): as few bytes as needed; zero is the empty text.</summary>
    public static byte[] Minimal(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes.TrimStart((byte)0).ToArray();
    }

    /// <summary>be(n): as few bytes as needed; zero is the empty text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public static byte[] Minimal(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value.IsZero ? [] : value.ToByteArray(isUnsigned: true, isBigEndian: true);
    }

    /// <summary>Reads any number of bytes as an unsigned integer, as receivers must.</summary>
    public static BigInteger Read(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    /// <summary>Fits bytes into a field of fixed length: too many keep their last ones, too few stand right.</summary>
    /// <param name="bytes">What came over the wire.</param>
    /// <param name="field">The field, already cleared.</param>
    public static void Fit(ReadOnlySpan<byte> bytes, Span<byte> field)
    {
        var kept = bytes.Length > field.Length ? bytes[^field.Length..] : bytes;
        kept.CopyTo(field[(field.Length - kept.Length)..]);
    }
}
