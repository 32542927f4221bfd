using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Pool.Server.Settlement.Journaling;

/// <summary>
/// The bytes of a journal file, little-endian. It begins with a header (magic, format, marker, number, checksum); then come entries (marker,
/// length, version, checksum, payload). The marker is random for each file, so that what a stranger can bring into a payload never looks like an entry.
/// </summary>
internal static class JournalFormat
{
    public const int HeaderBytes = 32;

    public const int EntryHeaderBytes = 20;

    /// <summary>Longest payload: far more than the record of a segment with 64 renditions by three workers.</summary>
    public const int MaxPayloadBytes = 1 << 20;

    /// <summary>Version of a payload: <see cref="SettledEntry"/> as JSON, of a segment that nobody is charged for.</summary>
    public const uint SegmentVersion = 1;

    /// <summary>Version of a payload: the same with a debit, which a server that knows only version 1 would lose.</summary>
    public const uint ChargedSegmentVersion = 2;

    /// <summary>Version of a payload: <see cref="PaymentEntry"/> as JSON.</summary>
    public const uint PaymentVersion = 3;

    public const int MarkerBytes = sizeof(ulong);

    private const uint FileVersion = 1;
    private const int MarkerAt = 12;
    private const int NumberAt = 20;
    private const int HeaderChecksumAt = 28;
    private const int LengthAt = 8;
    private const int VersionAt = 12;
    private const int ChecksumAt = 16;

    private static ReadOnlySpan<byte> Magic => "POOLJRNL"u8;

    /// <summary>The header of a new file with a marker of its own.</summary>
    public static byte[] NewHeader(long number)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(Magic.Length), FileVersion);
        RandomNumberGenerator.Fill(header.AsSpan(MarkerAt, MarkerBytes));
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(NumberAt), number);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(HeaderChecksumAt), Checksum(0, header.AsSpan(0, HeaderChecksumAt)));
        return header;
    }

    /// <summary>The marker of a file; false when these bytes are no header.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> file, out ulong marker)
    {
        marker = 0;
        if (file.Length < HeaderBytes
            || !file.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(file[Magic.Length..]) != FileVersion
            || BinaryPrimitives.ReadUInt32LittleEndian(file[HeaderChecksumAt..]) != Checksum(0, file[..HeaderChecksumAt]))
        {
            return false;
        }

        marker = BinaryPrimitives.ReadUInt64LittleEndian(file[MarkerAt..]);
        return true;
    }

    /// <summary>Whether this server reads payloads of a version.</summary>
    public static bool Knows(uint version) => version is SegmentVersion or ChargedSegmentVersion or PaymentVersion;

    /// <summary>Appends one entry to <paramref name="group"/>.</summary>
    public static void WriteEntry(IBufferWriter<byte> group, ulong marker, uint version, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > MaxPayloadBytes)
        {
            throw new ArgumentException($"An entry takes at most {MaxPayloadBytes} bytes.", nameof(payload));
        }

        var entry = group.GetSpan(EntryHeaderBytes + payload.Length)[..(EntryHeaderBytes + payload.Length)];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, marker);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[LengthAt..], (uint)payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[VersionAt..], version);
        payload.CopyTo(entry[EntryHeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[ChecksumAt..], EntryChecksum(entry));
        group.Advance(entry.Length);
    }

    /// <summary>Looks for a whole, undamaged entry at the start of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">The rest of a file.</param>
    /// <param name="marker">The file's marker.</param>
    /// <param name="length">Length of the entry with its header.</param>
    /// <param name="version">Version of its payload.</param>
    public static bool TryReadEntry(ReadOnlySpan<byte> bytes, ulong marker, out int length, out uint version)
    {
        (length, version) = (0, 0);
        if (bytes.Length < EntryHeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != marker)
        {
            return false;
        }

        var payload = BinaryPrimitives.ReadUInt32LittleEndian(bytes[LengthAt..]);
        if (payload > MaxPayloadBytes || bytes.Length < EntryHeaderBytes + (int)payload)
        {
            return false;
        }

        length = EntryHeaderBytes + (int)payload;
        version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[VersionAt..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) == EntryChecksum(bytes[..length]);
    }

    private static uint EntryChecksum(ReadOnlySpan<byte> entry) => Checksum(Checksum(0, entry[..ChecksumAt]), entry[EntryHeaderBytes..]);

    /// <summary>CRC-32C (Castagnoli), for which processors have an instruction.</summary>
    private static uint Checksum(uint before, ReadOnlySpan<byte> bytes)
    {
        var crc = ~before;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var single in bytes)
        {
            crc = BitOperations.Crc32C(crc, single);
        }

        return ~crc;
    }
}
