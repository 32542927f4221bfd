using System.Numerics;

namespace Pool.Shared.Ethereum;

/// <summary>The range of Ethereum's unsigned 256-bit integers, in which it counts money and probabilities.</summary>
public static class Uint256
{
    /// <summary>Length in bytes.</summary>
    public const int Bytes = 32;

    private const int Bits = Bytes * 8;

    /// <summary>The largest value, 2^256-1.</summary>
    public static BigInteger Max { get; } = (BigInteger.One << Bits) - 1;

    /// <summary>Whether a number is in the range.</summary>
    public static bool Holds(BigInteger value) => value.Sign >= 0 && value <= Max;

    /// <summary>be32(n): the number as 32 bytes, big-endian (protocol, notation).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public static byte[] ToBytes(BigInteger value)
    {
        var bytes = new byte[Bytes];
        Write(value, bytes);
        return bytes;
    }

    /// <summary>Writes be32(n) to the beginning of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public static void Write(BigInteger value, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Max);
        var field = destination[..Bytes];
        field.Clear();
        _ = value.TryWriteBytes(field[^value.GetByteCount(isUnsigned: true)..], out _, isUnsigned: true, isBigEndian: true);
    }
}
