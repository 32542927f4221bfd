using System.Buffers.Binary;
using Pool.Server.Verification.Codecs;

namespace Pool.Server.Verification.Containers;

/// <summary>Where the samples of an MP4 track lie and when they are shown (ISO 14496-12 §8.6, §8.7).</summary>
/// <param name="Places">Place and length of each sample in bytes of the file, in the order of decoding.</param>
/// <param name="Times">When each is shown, in units of the track's clock.</param>
internal sealed record Mp4SampleTable(IReadOnlyList<(long Offset, int Length)> Places, IReadOnlyList<long> Times)
{
    private const int MaxSamples = PictureTally.MaxPictures;

    private delegate T EntryReader<T>(ReadOnlySpan<byte> entry);

    /// <exception cref="InvalidDataException">It is damaged, or larger than is believed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It is cut off.</exception>
    /// <exception cref="OverflowException">It names places or times that no file has.</exception>
    public static Mp4SampleTable Read(ReadOnlySpan<byte> table)
    {
        var places = ReadPlaces(table);
        return new Mp4SampleTable(places, ReadTimes(table, places.Count));
    }

    /// <summary>Puts three tables together: samples in chunks (stsc), chunks in the file (stco, co64), lengths (stsz).</summary>
    private static List<(long Offset, int Length)> ReadPlaces(ReadOnlySpan<byte> table)
    {
        var lengths = ReadLengths(Mp4Boxes.Find(table, "stsz"u8));
        var chunks = Mp4Boxes.TryFind(table, "stco"u8, out var near)
            ? ReadEntries(near, 4, static entry => (long)BinaryPrimitives.ReadUInt32BigEndian(entry))
            : ReadEntries(Mp4Boxes.Find(table, "co64"u8), 8, static entry => checked((long)BinaryPrimitives.ReadUInt64BigEndian(entry)));
        var runs = ReadEntries(Mp4Boxes.Find(table, "stsc"u8), 12, static entry => (
            First: (long)BinaryPrimitives.ReadUInt32BigEndian(entry),
            Samples: BinaryPrimitives.ReadUInt32BigEndian(entry[4..]),
            Description: BinaryPrimitives.ReadUInt32BigEndian(entry[8..])));
        if (runs.Any(run => run.Description != 1))
        {
            throw new InvalidDataException("Samples of a codec that is not described.");
        }

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
        var same = checked((int)BinaryPrimitives.ReadUInt32BigEndian(stsz[Mp4Boxes.FullBoxBytes..]));
        if (same == 0)
        {
            return ReadEntries(stsz[4..], 4, static entry => checked((int)BinaryPrimitives.ReadUInt32BigEndian(entry)));
        }

        var count = BinaryPrimitives.ReadUInt32BigEndian(stsz[(Mp4Boxes.FullBoxBytes + 4)..]);
        return count <= MaxSamples ? [.. Enumerable.Repeat(same, (int)count)] : throw new InvalidDataException("Too many samples.");
    }

    /// <summary>Times of decoding are sums of steps (stts); a sample is shown so much later or earlier (ctts).</summary>
    private static List<long> ReadTimes(ReadOnlySpan<byte> table, int samples)
    {
        var times = new List<long>(samples);
        var time = 0L;
        foreach (var (count, step) in ReadRuns(Mp4Boxes.Find(table, "stts"u8)))
        {
            for (var sample = 0; sample < count && times.Count < samples; sample++)
            {
                times.Add(time);
                time = checked(time + step);
            }
        }

        if (times.Count < samples)
        {
            throw new InvalidDataException("Samples without a time.");
        }

        if (!Mp4Boxes.TryFind(table, "ctts"u8, out var offsets))
        {
            return times;
        }

        var next = 0;
        foreach (var (count, offset) in ReadRuns(offsets))
        {
            for (var sample = 0; sample < count && next < samples; sample++, next++)
            {
                // Version 0 says unsigned, but whoever writes it means a small or a negative number.
                times[next] = checked(times[next] + unchecked((int)offset));
            }
        }

        return times;
    }

    private static List<(uint Count, uint Value)> ReadRuns(ReadOnlySpan<byte> box) => ReadEntries(box, 8, static entry =>
        (BinaryPrimitives.ReadUInt32BigEndian(entry), BinaryPrimitives.ReadUInt32BigEndian(entry[4..])));

    /// <summary>After version and flags, a count and as many entries of the same length.</summary>
    private static List<T> ReadEntries<T>(ReadOnlySpan<byte> box, int entryBytes, EntryReader<T> read)
    {
        var bytes = box[Mp4Boxes.FullBoxBytes..];
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
}
