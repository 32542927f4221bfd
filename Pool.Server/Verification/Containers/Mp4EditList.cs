using System.Buffers.Binary;

namespace Pool.Server.Verification.Containers;

/// <summary>
/// An MP4 track's edit list (ISO 14496-12 §8.6.6). It may move the whole video in time; one that leaves pictures out, or shows some twice,
/// makes a player see something else than was counted.
/// </summary>
internal static class Mp4EditList
{
    private const int ShortEntryBytes = 12;
    private const int LongEntryBytes = 20;
    private const int NormalRate = 0x10000;

    /// <summary>What is wrong with it, in a sentence; null when nothing is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is cut off.</exception>
    public static string? Fault(ReadOnlySpan<byte> track, Mp4VideoTrack video, ReadOnlySpan<byte> movieHeader)
    {
        if (!Mp4Boxes.TryFind(track, "edts"u8, out var edits) || !Mp4Boxes.TryFind(edits, "elst"u8, out var list) || video.Samples.Times.Count == 0)
        {
            return null;
        }

        var isLong = list[0] == 1;
        var entryBytes = isLong ? LongEntryBytes : ShortEntryBytes;
        var count = BinaryPrimitives.ReadUInt32BigEndian(list[Mp4Boxes.FullBoxBytes..]);
        var entries = list[(Mp4Boxes.FullBoxBytes + 4)..];
        var (first, last) = (video.Samples.Times.Min(), video.Samples.Times.Max());
        var shows = 0;
        for (var entry = 0; entry < Math.Min(count, 3); entry++, entries = entries[entryBytes..])
        {
            var (length, start) = isLong
                ? ((Int128)BinaryPrimitives.ReadUInt64BigEndian(entries), BinaryPrimitives.ReadInt64BigEndian(entries[8..]))
                : (BinaryPrimitives.ReadUInt32BigEndian(entries), BinaryPrimitives.ReadInt32BigEndian(entries[4..]));
            if (start == -1)
            {
                continue;   // nothing is shown for so long
            }

            // The length is in the movie's units, rounded: the last picture must begin before its end.
            var movie = Mp4Index.ReadClock(movieHeader);
            var endsBefore = length > 0 && (start * (Int128)movie) + ((length + 1) * video.UnitsPerSecond) <= (Int128)last * movie;
            var rate = BinaryPrimitives.ReadInt32BigEndian(entries[(entryBytes - 4)..entryBytes]);
            if (++shows > 1 || start > first || endsBefore || rate != NormalRate)
            {
                return "the edit list of the MP4 file leaves pictures out";
            }
        }

        return shows == 1 && count <= 2 ? null : "the edit list of the MP4 file leaves pictures out";
    }
}
