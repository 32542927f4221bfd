using System.Buffers.Binary;
using System.Text;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Livepeer;

/// <summary>What a gateway signs of a segment (protocol §4.3): stream, sequence number, content and the names of the profiles.</summary>
public static class SegmentSigning
{
    /// <summary>Bytes of a profile's id.</summary>
    private const int ProfileIdBytes = 4;

    /// <summary>Width of the sequence number's field.</summary>
    private const int NumberBytes = 32;

    /// <summary>A profile's id: the first 4 bytes of the hash of its name, as 8 lower-case hex digits.</summary>
    public static string ProfileId(string profileName)
    {
        ArgumentNullException.ThrowIfNull(profileName);
        return Convert.ToHexStringLower(Keccak256.Hash(Encoding.UTF8.GetBytes(profileName)).AsSpan(0, ProfileIdBytes));
    }

    /// <summary>The bytes that are hashed and signed.</summary>
    /// <param name="manifestId">The stream's id as it came, UTF-8.</param>
    /// <param name="sequence">The sequence number; its sign is dropped, as the network does.</param>
    /// <param name="hash">Keccak-256 of the segment; fitted to 32 bytes as on the wire.</param>
    /// <param name="profileNames">Names of the profiles of the list that counts, defaults filled in, in order.</param>
    public static byte[] Flatten(ReadOnlySpan<byte> manifestId, long sequence, ReadOnlySpan<byte> hash, IEnumerable<string> profileNames)
    {
        ArgumentNullException.ThrowIfNull(profileNames);
        var ids = Encoding.ASCII.GetBytes(string.Concat(profileNames.Select(ProfileId)));
        var flat = new byte[manifestId.Length + NumberBytes + Keccak256.HashBytes + ids.Length];
        manifestId.CopyTo(flat);
        var rest = flat.AsSpan(manifestId.Length);
        BinaryPrimitives.WriteUInt64BigEndian(rest.Slice(NumberBytes - sizeof(ulong), sizeof(ulong)), Magnitude(sequence));
        rest = rest[NumberBytes..];
        BigEndian.Fit(hash, rest[..Keccak256.HashBytes]);
        ids.CopyTo(rest[Keccak256.HashBytes..]);
        return flat;
    }

    /// <summary>A gateway's signature over flattened bytes.</summary>
    public static byte[] Sign(EthereumKey key, ReadOnlySpan<byte> flat)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Sign(Keccak256.Hash(flat));
    }

    /// <summary>Whether <paramref name="sender"/> signed the flattened bytes.</summary>
    public static bool IsSignedBy(Address sender, ReadOnlySpan<byte> flat, ReadOnlySpan<byte> signature) =>
        PersonalMessage.IsSignedBy(sender, Keccak256.Hash(flat), signature);

    /// <summary>|n| of every long, also of the lowest.</summary>
    private static ulong Magnitude(long value) => value < 0 ? 0UL - (ulong)value : (ulong)value;
}
