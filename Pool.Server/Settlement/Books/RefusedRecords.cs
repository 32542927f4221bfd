using System.Text.Json;
using Pool.Server.Settlement.Journaling;

namespace Pool.Server.Settlement.Books;

/// <summary>
/// Records that Postgres refuses for what is in them: a fault of ours, for a person to look at. They are kept in a file, a line of JSON each, so that they
/// neither hold up the others nor get lost.
/// </summary>
internal sealed class RefusedRecords(Journal journal, TimeProvider time)
{
    /// <summary>So many bytes of refused records are no single fault: then booking stops until somebody has looked.</summary>
    private const long MaxBytes = 64L << 20;

    private const string Name = "refused.jsonl";

    private long _count;

    /// <summary>Records that were refused since the start.</summary>
    public long Count => Interlocked.Read(ref _count);

    private sealed record Line(DateTimeOffset At, string Reason, JsonElement Entry);

    /// <summary>Keeps one; when this returns it is safe on the disk.</summary>
    /// <exception cref="IOException">It is not.</exception>
    public void Keep(ReadOnlySpan<byte> payload, string reason)
    {
        var entry = JsonElement.Parse(payload);
        var line = JsonSerializer.SerializeToUtf8Bytes(new Line(time.GetUtcNow(), reason, entry), JsonSerializerOptions.Web);
        var path = Path.Combine(journal.Folder, Name);
        var isNew = !File.Exists(path);
        using (var file = new FileStream(path, FileMode.Append, FileAccess.Write))
        {
            if (file.Length + line.Length + 1 > MaxBytes)
            {
                throw new IOException($"{path} has its limit of {MaxBytes} bytes: booking waits until it was looked at and moved away.");
            }

            file.Write([.. line, (byte)'\n']);
            file.Flush(flushToDisk: true);
        }

        if (isNew)
        {
            JournalDisk.SyncFolder(journal.Folder);
        }

        Interlocked.Increment(ref _count);
    }
}
