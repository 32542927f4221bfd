using System.Buffers.Binary;

namespace Pool.Server.Verification;

/// <summary>Where the pictures of an MP4 file lie, and the parameter sets they use.</summary>
/// <param name="Samples">Place and length of each picture, in the order of their places.</param>
/// <param name="ParameterSets">Sequence and picture parameter sets, NAL headers included.</param>
/// <param name="LengthBytes">Bytes of the length in front of each NAL unit.</param>
internal sealed record Mp4VideoTrack(IReadOnlyList<(long Offset, int Length)> Samples, IReadOnlyList<byte[]> ParameterSets, int LengthBytes);

/// <summary>What an MP4 file's index (ISO 14496-12, moov) says of its first H.264 track. Bad bytes are a fault, never an exception.</summary>
internal sealed record Mp4Index(Mp4VideoTrack? Video, bool HasAudio, string? Fault)
{
    /// <summary>Pictures of five minutes at 240 a second: more are not believed.</summary>
    private const int MaxSamples = 72_000;

    private const int FullBoxBytes = 4;

    public static Mp4Index Read(ReadOnlySpan<byte> moov)
    {
        try
        {
            var hasAudio = false;
            Mp4VideoTrack? video = null;
            for (var boxes = new Mp4Boxes(moov); boxes.MoveNext();)
            {
                if (!boxes.Type.SequenceEqual("trak"u8) || !TryFind(boxes.Body, "mdia"u8, out var media) || !TryFind(media, "hdlr"u8, out var handler))
                {
                    continue;
                }

                var kind = handler.Slice(FullBoxBytes + 4, 4);
                hasAudio |= kind.SequenceEqual("soun"u8);
                if (kind.SequenceEqual("vide"u8) && video is null)
                {
                    video = ReadVideo(media);
                }
            }

            return new Mp4Index(video, hasAudio, null);
        }
        catch (Exception wrong) when (wrong is ArgumentOutOfRangeException or InvalidDataException or OverflowException)
        {
            return new Mp4Index(null, false, "the index of the MP4 file is damaged");
        }
    }

    private static Mp4VideoTrack? ReadVideo(ReadOnlySpan<byte> media)
    {
        if (!TryFind(media, "minf"u8, out var information) || !TryFind(information, "stbl"u8, out var table)
            || !TryFind(table, "stsd"u8, out var descriptions) || ReadDescription(descriptions[(FullBoxBytes + 4)..]) is not { } description)
        {
            return null;
        }

        return new Mp4VideoTrack(ReadSamples(table), description.Sets, description.LengthBytes);
    }

    /// <summary>The first sample entry, when it is H.264's (ISO 14496-15, avcC).</summary>
    private static (IReadOnlyList<byte[]> Sets, int LengthBytes)? ReadDescription(ReadOnlySpan<byte> entries)
    {
        const int VisualEntryBytes = 78;
        var boxes = new Mp4Boxes(entries);
        if (!boxes.MoveNext() || !(boxes.Type.SequenceEqual("avc1"u8) || boxes.Type.SequenceEqual("avc3"u8))
            || !TryFind(boxes.Body[VisualEntryBytes..], "avcC"u8, out var configuration))
        {
            return null;
        }

        var sets = new List<byte[]>();
        var rest = configuration[5..];
        ReadSets(ref rest, rest[0] & 0x1f, sets);
        ReadSets(ref rest, rest[0], sets);
        return (sets, (configuration[4] & 3) + 1);
    }

    private static void ReadSets(ref ReadOnlySpan<byte> rest, int count, List<byte[]> sets)
    {
        rest = rest[1..];
        for (var set = 0; set < count; set++)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest);
            sets.Add(rest.Slice(2, length).ToArray());
            rest = rest[(2 + length)..];
        }
    }

    /// <summary>Puts the three tables together: samples in chunks (stsc), chunks in the file (stco, co64), lengths (stsz).</summary>
    private static List<(long Offset, int Length)> ReadSamples(ReadOnlySpan<byte> table)
    {
        var lengths = ReadLengths(Body(table, "stsz"u8));
        var chunks = TryFind(table, "stco"u8, out var near)
            ? ReadTable(near[FullBoxBytes..], 4, static entry => (long)BinaryPrimitives.ReadUInt32BigEndian(entry))
            : ReadTable(Body(table, "co64"u8)[FullBoxBytes..], 8, static entry => checked((long)BinaryPrimitives.ReadUInt64BigEndian(entry)));
        var runs = ReadTable(Body(table, "stsc"u8)[FullBoxBytes..], 12, static entry =>
            (First: (long)BinaryPrimitives.ReadUInt32BigEndian(entry), Samples: BinaryPrimitives.ReadUInt32BigEndian(entry[4..])));
        var samples = new List<(long Offset, int Length)>(lengths.Count);
        var run = 0;
        for (var chunk = 0; chunk < chunks.Count && samples.Count < lengths.Count; chunk++)
        {
            while (run + 1 < runs.Count && runs[run + 1].First <= chunk + 1)
            {
                run++;
            }

            var offset = chunks[chunk];
            var count = run < runs.Count ? runs[run].Samples : 0;
            for (var sample = 0; sample < count && samples.Count < lengths.Count; sample++)
            {
                var length = lengths[samples.Count];
                samples.Add((offset, length));
                offset = checked(offset + length);
            }
        }

        return samples.Count == lengths.Count ? samples : throw new InvalidDataException("Samples that are in no chunk.");
    }

    private static List<int> ReadLengths(ReadOnlySpan<byte> stsz)
    {
        var same = checked((int)BinaryPrimitives.ReadUInt32BigEndian(stsz[FullBoxBytes..]));
        if (same == 0)
        {
            return ReadTable(stsz[(FullBoxBytes + 4)..], 4, static entry => checked((int)BinaryPrimitives.ReadUInt32BigEndian(entry)));
        }

        var count = BinaryPrimitives.ReadUInt32BigEndian(stsz[(FullBoxBytes + 4)..]);
        return count <= MaxSamples ? [.. Enumerable.Repeat(same, (int)count)] : throw new InvalidDataException("Too many samples.");
    }

    private delegate T EntryReader<T>(ReadOnlySpan<byte> entry);

    /// <summary>A count and as many entries of the same length.</summary>
    private static List<T> ReadTable<T>(ReadOnlySpan<byte> bytes, int entryBytes, EntryReader<T> read)
    {
        var count = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (count > MaxSamples)
        {
            throw new InvalidDataException("Too many entries.");
        }

        var entries = new List<T>((int)count);
        for (var entry = 0; entry < count; entry++)
        {
            entries.Add(read(bytes.Slice(4 + (entry * entryBytes), entryBytes)));
        }

        return entries;
    }

    private static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> type) =>
        TryFind(boxes, type, out var body) ? body : throw new InvalidDataException("A table is missing.");

    private static bool TryFind(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> wanted, out ReadOnlySpan<byte> body)
    {
        for (var each = new Mp4Boxes(boxes); each.MoveNext();)
        {
            if (each.Type.SequenceEqual(wanted))
            {
                body = each.Body;
                return true;
            }
        }

        body = [];
        return false;
    }
}

/// <summary>The boxes that lie one after the other in some bytes.</summary>
internal ref struct Mp4Boxes(ReadOnlySpan<byte> bytes)
{
    private const int HeaderBytes = 8;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Type of the present box, four letters.</summary>
    public ReadOnlySpan<byte> Type { get; private set; }

    /// <summary>What is in the present box.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Goes to the next box; false at the end, or when what follows is no box.</summary>
    public bool MoveNext()
    {
        if (_rest.Length < HeaderBytes)
        {
            return false;
        }

        var size = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        if (size < HeaderBytes || size > _rest.Length)
        {
            return false;
        }

        Type = _rest.Slice(4, 4);
        Body = _rest[HeaderBytes..(int)size];
        _rest = _rest[(int)size..];
        return true;
    }
}
