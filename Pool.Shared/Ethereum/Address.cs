using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Pool.Shared.Ethereum;

/// <summary>An Ethereum address, 20 bytes. Its text form is EIP-55: the case of the letters is a checksum.</summary>
public readonly struct Address : IEquatable<Address>, IComparable<Address>
{
    /// <summary>Length of an address in bytes.</summary>
    public const int Bytes = 20;

    private const string Prefix = "0x";
    private const int Digits = Bytes * 2;

    // Big-endian words, so that comparing them in order compares the bytes in order.
    private readonly ulong _high;
    private readonly ulong _middle;
    private readonly uint _low;

    private Address(ReadOnlySpan<byte> bytes)
    {
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _middle = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The address of nobody, 20 zero bytes: what an off-chain gateway or orchestrator sends.</summary>
    public static Address Zero => default;

    /// <summary>Whether all bytes are zero.</summary>
    public bool IsZero => (_high | _middle | _low) == 0;

    public static bool operator ==(Address left, Address right) => left.Equals(right);

    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;

    /// <summary>Reads an address as people write it: 0x and 40 hex digits, in one case or with a correct EIP-55 checksum.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address; zero when the text is refused.</param>
    /// <param name="error">A sentence for people when the text is refused; a wrong checksum is answered with the right one.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out Address address, [NotNullWhen(false)] out string? error)
    {
        address = default;
        if (string.IsNullOrWhiteSpace(text))
        {
            error = "the address is empty: give 0x and 40 hex digits";
            return false;
        }

        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            error = $"the address '{Shown(text)}' does not begin with 0x";
            return false;
        }

        var digits = text.AsSpan(Prefix.Length);
        if (digits.Length != Digits)
        {
            error = $"the address '{Shown(text)}' has {digits.Length} hex digits after 0x instead of {Digits}";
            return false;
        }

        Span<byte> bytes = stackalloc byte[Bytes];
        if (Convert.FromHexString(digits, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            error = $"the address '{Shown(text)}' has a character that is no hex digit";
            return false;
        }

        var parsed = new Address(bytes);
        var checksummed = parsed.ToString();
        if (HasBothCases(digits) && !digits.SequenceEqual(checksummed.AsSpan(Prefix.Length)))
        {
            error = $"the checksum of the address '{text}' is wrong: with these digits it is written {checksummed}; " +
                "compare every digit with your wallet";
            return false;
        }

        address = parsed;
        error = null;
        return true;
    }

    /// <summary>
    /// Reads an address from the wire as the network does: of too many bytes the last 20 count, too few are padded with zeros on the left
    /// (protocol §2).
    /// </summary>
    public static Address FromWire(ReadOnlySpan<byte> bytes)
    {
        Span<byte> fitted = stackalloc byte[Bytes];
        fitted.Clear();
        BigEndian.Fit(bytes, fitted);
        return new Address(fitted);
    }

    /// <summary>The 20 bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Bytes];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Writes the 20 bytes to the beginning of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _middle);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _low);
    }

    public bool Equals(Address other) => _high == other._high && _middle == other._middle && _low == other._low;

    public override bool Equals(object? obj) => obj is Address other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_high, _middle, _low);

    /// <summary>Compares byte by byte.</summary>
    public int CompareTo(Address other)
    {
        var high = _high.CompareTo(other._high);
        if (high != 0)
        {
            return high;
        }

        var middle = _middle.CompareTo(other._middle);
        return middle != 0 ? middle : _low.CompareTo(other._low);
    }

    /// <summary>0x and 40 hex digits with the EIP-55 checksum.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        CopyTo(bytes);
        Span<char> text = stackalloc char[Prefix.Length + Digits];
        Prefix.CopyTo(text);
        var digits = text[Prefix.Length..];
        _ = Convert.TryToHexStringLower(bytes, digits, out _);

        // EIP-55: a letter is upper case when the hash of the lower-case text has a digit of 8 or more at its place.
        Span<byte> ascii = stackalloc byte[Digits];
        Encoding.ASCII.GetBytes(digits, ascii);
        Span<byte> hash = stackalloc byte[Keccak256.HashBytes];
        Keccak256.Hash(ascii, hash);
        for (var i = 0; i < Digits; i++)
        {
            var nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 0xF;
            if (nibble >= 8)
            {
                digits[i] = char.ToUpperInvariant(digits[i]);
            }
        }

        return new string(text);
    }

    private static bool HasBothCases(ReadOnlySpan<char> digits) =>
        digits.IndexOfAnyInRange('a', 'f') >= 0 && digits.IndexOfAnyInRange('A', 'F') >= 0;

    /// <summary>What of a refused text is repeated in the error, so that a pasted file does not fill the screen.</summary>
    private static string Shown(string text)
    {
        const int Longest = 60;
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }
}
