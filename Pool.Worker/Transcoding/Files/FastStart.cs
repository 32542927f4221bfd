using System.Buffers.Binary;

namespace Pool.Worker.Transcoding.Files;

/// <summary>
/// Puts the index of an MP4 (<c>moov</c>) before its media, where players and counters that read a stream need it (protocol §7.6,
/// <c>faststart</c>). FFmpeg's muxer does the same by opening its own output file a second time; here is no file.
/// </summary>
internal static class FastStart
{
    private const int HeaderBytes = 8;
    private const int LargeHeaderBytes = 16;

    /// <summary>Version and flags, then the number of entries, before a table of chunk offsets.</summary>
    private const int TableHeaderBytes = 8;

    /// <summary>Deepest is moov/trak/mdia/minf/stbl.</summary>
    private const int MaxDepth = 5;

    private readonly record struct Box(uint Type, int Start, int Body, int End);

    /// <summary>Hands out a file in streaming order: what stands first (<c>ftyp</c>), the index, the rest.</summary>
    /// <param name="file">A whole MP4 as the muxer wrote it: media first, index last.</param>
    /// <exception cref="InvalidDataException">It is not one.</exception>
    internal static void Write(ReadOnlySpan<byte> file, RenditionBytes onBytes)
    {
        var first = Read(file, 0, file.Length);
        var index = Find(file, Name("moov"u8));
        var moov = file[index.Start..index.End].ToArray();
        MoveChunks(moov, index.Body - index.Start, moov.Length, moov.Length, 1);

        onBytes(file[..first.End]);
        onBytes(moov);
        onBytes(file[first.End..index.Start]);
        onBytes(file[index.End..]);
    }

    /// <summary>Adds to every chunk's place in the file what is put before it.</summary>
    private static void MoveChunks(Span<byte> moov, int from, int end, int shift, int depth)
    {
        while (from < end)
        {
            var box = Read(moov, from, end);
            if (box.Type == Name("stco"u8) || box.Type == Name("co64"u8))
            {
                MoveTable(moov[box.Body..box.End], shift, isLarge: box.Type == Name("co64"u8));
            }
            else if (depth < MaxDepth && IsOnTheWay(box.Type))
            {
                MoveChunks(moov, box.Body, box.End, shift, depth + 1);
            }

            from = box.End;
        }
    }

    private static void MoveTable(Span<byte> table, int shift, bool isLarge)
    {
        var entryBytes = isLarge ? sizeof(ulong) : sizeof(uint);
        var entries = table[TableHeaderBytes..];
        for (; entries.Length >= entryBytes; entries = entries[entryBytes..])
        {
            if (isLarge)
            {
                BinaryPrimitives.WriteUInt64BigEndian(entries, BinaryPrimitives.ReadUInt64BigEndian(entries) + (ulong)shift);
            }
            else
            {
                // Files end at TranscodeLimits.MaxBytes, far below where 32 bits do.
                BinaryPrimitives.WriteUInt32BigEndian(entries, checked(BinaryPrimitives.ReadUInt32BigEndian(entries) + (uint)shift));
            }
        }
    }

    private static bool IsOnTheWay(uint type) =>
        type == Name("trak"u8) || type == Name("mdia"u8) || type == Name("minf"u8) || type == Name("stbl"u8);

    private static Box Find(ReadOnlySpan<byte> file, uint type)
    {
        for (var from = 0; from < file.Length;)
        {
            var box = Read(file, from, file.Length);
            if (box.Type == type)
            {
                return box;
            }

            from = box.End;
        }

        throw new InvalidDataException("the MP4 has no index");
    }

    private static Box Read(ReadOnlySpan<byte> bytes, int from, int end)
    {
        if (end - from < HeaderBytes)
        {
            throw new InvalidDataException("a box of the MP4 is cut off");
        }

        long size = BinaryPrimitives.ReadUInt32BigEndian(bytes[from..]);
        var type = BinaryPrimitives.ReadUInt32BigEndian(bytes[(from + sizeof(uint))..]);
        var header = HeaderBytes;
        if (size == 1 && end - from >= LargeHeaderBytes)
        {
            size = BinaryPrimitives.ReadInt64BigEndian(bytes[(from + HeaderBytes)..]);
            header = LargeHeaderBytes;
        }

        if (size < header || size > end - from)
        {
            throw new InvalidDataException("a box of the MP4 has a wrong size");
        }

        return new Box(type, from, from + header, from + (int)size);
    }

    private static uint Name(ReadOnlySpan<byte> letters) => BinaryPrimitives.ReadUInt32BigEndian(letters);
}
