using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pool.Server.Node;
using Pool.Server.Settlement;
using Pool.Server.Settlement.Journaling;

namespace Pool.Server.Tests.Settlement;

/// <summary>A folder in which journals are opened one after the other, as processes that are killed do.</summary>
internal sealed class JournalUnderTest : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("pool-journal-").FullName;

    public string Folder => Path.Combine(_home, "server", "journal");

    public SettlementOptions Options { get; } = new() { JournalFileBytes = 1 << 20, JournalMaxBytes = 256 << 20 };

    /// <summary>The journal's files in their order.</summary>
    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Folder, "journal-*.log").Order(StringComparer.Ordinal)];

    /// <summary>Opens the journal as a process does that starts.</summary>
    public Journal Open(IJournalDisk? disk = null)
    {
        var node = Microsoft.Extensions.Options.Options.Create(new NodeOptions { Home = _home });
        var journal = new Journal(Microsoft.Extensions.Options.Options.Create(Options), node, disk ?? new JournalDisk(), NullLogger<Journal>.Instance);
        try
        {
            journal.Open();
            return journal;
        }
        catch
        {
            journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    /// <summary>Everything that is in the journal, in order; takes it when asked to.</summary>
    public static List<string> ReadAll(Journal journal)
    {
        var all = new List<string>();
        while (journal.Read(7) is { } batch)
        {
            all.AddRange(batch.Entries.Select(entry => Encoding.UTF8.GetString(entry.Payload.Span)));
            journal.Take(batch);
        }

        return all;
    }

    /// <summary>What a start would find; leaves the folder as it was.</summary>
    public async Task<List<string>> ReplayAsync()
    {
        var before = Files.ToDictionary(path => path, File.ReadAllBytes);
        var journal = Open();
        var all = ReadAll(journal);
        await journal.DisposeAsync();
        foreach (var (path, bytes) in before)
        {
            await File.WriteAllBytesAsync(path, bytes);
        }

        return all;
    }

    public static Task AppendAsync(Journal journal, string text) => journal.AppendAsync(Encoding.UTF8.GetBytes(text));

    public void Dispose() => Directory.Delete(_home, recursive: true);
}

/// <summary>A disk that the test can hold up or break; otherwise the real one.</summary>
internal sealed class BreakableDisk : IJournalDisk
{
    private readonly JournalDisk _real = new();
    private int _syncs;

    /// <summary>Syncs so far.</summary>
    public int Syncs => Volatile.Read(ref _syncs);

    public Action BeforeCreate { get; set; } = () => { };

    public Action BeforeWrite { get; set; } = () => { };

    public Action BeforeSync { get; set; } = () => { };

    public Action BeforeTruncate { get; set; } = () => { };

    public IJournalFile Create(string path, ReadOnlySpan<byte> header)
    {
        BeforeCreate();
        return new BreakableFile(this, _real.Create(path, header));
    }

    private sealed class BreakableFile(BreakableDisk disk, IJournalFile real) : IJournalFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long at)
        {
            // A disk that is full takes the first half.
            real.Write(bytes[..(bytes.Length / 2)], at);
            disk.BeforeWrite();
            real.Write(bytes, at);
        }

        public void Sync()
        {
            Interlocked.Increment(ref disk._syncs);
            disk.BeforeSync();
            real.Sync();
        }

        public void Truncate(long length)
        {
            disk.BeforeTruncate();
            real.Truncate(length);
        }

        public void Dispose() => real.Dispose();
    }
}
