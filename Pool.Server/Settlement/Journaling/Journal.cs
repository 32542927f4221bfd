using System.Globalization;
using Microsoft.Extensions.Options;
using Pool.Server.Node;

namespace Pool.Server.Settlement.Journaling;

/// <summary>
/// Settle records that are durable and not yet in Postgres: append-only files in the node's state folder (ADR 0011). Bounded; written in groups; what an earlier
/// process left is looked through before anything is added.
/// </summary>
internal sealed partial class Journal(IOptions<SettlementOptions> options, IOptions<NodeOptions> node, IJournalDisk disk, ILogger<Journal> logger) : IAsyncDisposable
{
    /// <summary>Of the journal's room, 1 / so many is kept for sessions that are active already.</summary>
    private const int ReservedPart = 8;

    private const string Prefix = "journal-";
    private const string Ending = ".log";
    private const string LockName = "lock";

    /// <summary>What was cut off the last file after the latest crash: nobody was ever told of it, but it is not thrown away unseen.</summary>
    private const string TornName = "torn.bin";

    private readonly JournalShelf _shelf = new();
    private JournalWriter? _writer;
    private FileStream? _lock;

    /// <summary>Folder of the journal.</summary>
    public string Folder { get; } = Path.Combine(node.Value.ServerFolder, "journal");

    /// <summary>Bytes of all files.</summary>
    public long Bytes => _shelf.Bytes;

    public long MaxBytes => options.Value.JournalMaxBytes;

    /// <summary>Records that are durable and not in Postgres yet.</summary>
    public long Waiting => _shelf.Added - _shelf.Taken;

    /// <summary>Whether there is room for the records of one more session.</summary>
    public bool HasRoomForSessions => Bytes < MaxBytes - (MaxBytes / ReservedPart);

    /// <summary>Name of the file with this number.</summary>
    public static string NameOf(long number) => $"{Prefix}{number:D10}{Ending}";

    /// <summary>Looks through what is there. Comes before everything else.</summary>
    /// <exception cref="StartUpException">A file is damaged where it was whole once, or another server has the folder.</exception>
    public void Open()
    {
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _lock = Lock(Path.Combine(Folder, LockName));
        var files = Directory.EnumerateFiles(Folder, $"{Prefix}*{Ending}").Order(StringComparer.Ordinal).ToList();
        foreach (var path in files)
        {
            Enter(path, isLast: path == files[^1]);
        }

        _writer = new JournalWriter(_shelf, Folder, files.Count > 0 ? NumberOf(files[^1]) : 0, options.Value, disk, logger);
    }

    /// <summary>Returns when the payload is safe on the disk.</summary>
    /// <exception cref="JournalException">It is not.</exception>
    public Task AppendAsync(ReadOnlyMemory<byte> payload, uint version = JournalFormat.SegmentVersion) =>
        (_writer ?? throw new InvalidOperationException("Open comes first.")).AppendAsync(payload, version);

    /// <inheritdoc cref="JournalShelf.Read"/>
    public JournalBatch? Read(int max) => _shelf.Read(max);

    /// <inheritdoc cref="JournalShelf.Take"/>
    public void Take(JournalBatch batch) => _shelf.Take(batch);

    /// <summary>Waits until there is a record that is not in Postgres yet.</summary>
    public async Task WaitForRecordsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var change = _shelf.NextChange;
            if (Waiting > 0)
            {
                return;
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits until everything that is durable now is in Postgres.</summary>
    public async Task WaitUntilTakenAsync(CancellationToken cancellationToken)
    {
        var added = _shelf.Added;
        while (true)
        {
            var change = _shelf.NextChange;
            if (_shelf.Taken >= added)
            {
                return;
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Writes what waits and lets go of the folder. What is in Postgres leaves no file behind.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_writer is { } writer)
        {
            await writer.DisposeAsync();
        }

        if (_lock is { } held)
        {
            await held.DisposeAsync();
        }
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException held)
        {
            throw new StartUpException($"{path} cannot be locked: {held.Message} Does another server run with this POOL_HOME?", held);
        }
    }

    private void Enter(string path, bool isLast)
    {
        switch (JournalScan.Of(File.ReadAllBytes(path), isLast))
        {
            case JournalScan.Unborn:
                File.Delete(path);
                break;
            case JournalScan.Damaged damaged:
                throw new StartUpException(
                    $"{path} is damaged at byte {damaged.At}: {damaged.Reason}. Settled segments may be in it that are in no other place: restore the file, "
                    + "or move it out of the folder to start without what is in it (docs/operating.md, The journal).");
            case JournalScan.Torn torn:
                Cut(path, torn.At);
                _shelf.Add(new JournalFile(path, torn.Marker) { Synced = torn.At, IsClosed = true }, torn.Entries);
                break;
            case JournalScan.Whole whole:
                _shelf.Add(new JournalFile(path, whole.Marker) { Synced = new FileInfo(path).Length, IsClosed = true }, whole.Entries);
                break;
        }
    }

    private void Cut(string path, int at)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        LogTorn(path, at, file.Length - at);
        file.Position = at;
        using (var torn = File.Create(Path.Combine(Folder, TornName)))
        {
            file.CopyTo(torn);
        }

        file.SetLength(at);
        file.Flush(flushToDisk: true);
    }

    private static long NumberOf(string path) =>
        long.TryParse(Path.GetFileName(path)[Prefix.Length..^Ending.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new StartUpException($"{path} is not named like a file of the journal: move it out of the folder.");

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} ends in the middle of an entry at byte {At}: the server was killed while it wrote. {Bytes} bytes that nobody was told of were cut off and are in torn.bin")]
    private partial void LogTorn(string path, int at, long bytes);
}
