using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Pool.Shared.Ethereum;

/// <summary>32 bytes with a meaning of their own: a hash, a topic, a Solidity <c>bytes32</c>.</summary>
public readonly record struct Bytes32
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 32;

    private const string Prefix = "0x";

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        Lengths.Require(bytes, Length, nameof(bytes));
        _first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _third = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _fourth = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>32 zero bytes.</summary>
    public static Bytes32 Zero => default;

    /// <summary>Whether all bytes are zero.</summary>
    public bool IsZero => (_first | _second | _third | _fourth) == 0;

    /// <summary>The Keccak-256 of a message.</summary>
    public static Bytes32 Keccak(ReadOnlySpan<byte> message)
    {
        Span<byte> hash = stackalloc byte[Length];
        Keccak256.Hash(message, hash);
        return new Bytes32(hash);
    }

    /// <summary>Reads bytes from the wire as the network does: of too many the last 32 count, too few are padded with zeros on the left.</summary>
    public static Bytes32 FromWire(ReadOnlySpan<byte> bytes)
    {
        Span<byte> fitted = stackalloc byte[Length];
        fitted.Clear();
        BigEndian.Fit(bytes, fitted);
        return new Bytes32(fitted);
    }

    /// <summary>Reads 0x and 64 hex digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Bytes32 value)
    {
        value = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (text is null || text.Length != Prefix.Length + (Length * 2) || !text.StartsWith(Prefix, StringComparison.Ordinal) ||
            Convert.FromHexString(text.AsSpan(Prefix.Length), bytes, out _, out _) != OperationStatus.Done)
        {
            return false;
        }

        value = new Bytes32(bytes);
        return true;
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Writes the 32 bytes to the beginning of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _first);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _second);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _third);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _fourth);
    }

    /// <summary>0x and 64 lower-case hex digits.</summary>
    public override string ToString() => Prefix + Convert.ToHexStringLower(ToBytes());
}
