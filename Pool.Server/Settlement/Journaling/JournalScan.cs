using System.Buffers.Binary;

namespace Pool.Server.Settlement.Journaling;

/// <summary>What is in a journal file that an earlier process left.</summary>
internal abstract record JournalScan
{
    private JournalScan()
    {
    }

    /// <summary>Every byte belongs to an undamaged entry.</summary>
    public sealed record Whole(ulong Marker, int Entries) : JournalScan;

    /// <summary>The process ended while it wrote: nothing from this place on is an entry, and nothing of it was ever acknowledged.</summary>
    public sealed record Torn(ulong Marker, int Entries, int At) : JournalScan;

    /// <summary>The process ended while it made the file.</summary>
    public sealed record Unborn : JournalScan;

    /// <summary>What was whole once is not any more.</summary>
    /// <param name="At">Where the damage is.</param>
    /// <param name="Reason">What is wrong, in words.</param>
    public sealed record Damaged(int At, string Reason) : JournalScan;

    /// <summary>Looks at every entry.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="isLast">Whether it is the last file: every other one was complete before the next one was made.</param>
    public static JournalScan Of(ReadOnlySpan<byte> file, bool isLast)
    {
        if (!JournalFormat.TryReadHeader(file, out var marker))
        {
            return isLast && file.Length <= JournalFormat.HeaderBytes
                ? new Unborn()
                : new Damaged(0, "it does not begin with the header of a journal file that this server knows");
        }

        var (at, entries) = (JournalFormat.HeaderBytes, 0);
        while (at < file.Length && JournalFormat.TryReadEntry(file[at..], marker, out var length, out var version))
        {
            if (!JournalFormat.Knows(version))
            {
                return new Damaged(at, $"the entry has version {version}, which this server does not know");
            }

            at += length;
            entries++;
        }

        if (at == file.Length)
        {
            return new Whole(marker, entries);
        }

        if (!isLast)
        {
            return new Damaged(at, "the entry is damaged, and later files follow");
        }

        return HasEntryIn(file[(at + 1)..], marker)
            ? new Damaged(at, "the entry is damaged, and good ones follow")
            : new Torn(marker, entries, at);
    }

    private static bool HasEntryIn(ReadOnlySpan<byte> rest, ulong marker)
    {
        Span<byte> start = stackalloc byte[JournalFormat.MarkerBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(start, marker);
        for (var found = rest.IndexOf(start); found >= 0; found = rest.IndexOf(start))
        {
            rest = rest[found..];
            if (JournalFormat.TryReadEntry(rest, marker, out _, out _))
            {
                return true;
            }

            rest = rest[1..];
        }

        return false;
    }
}
