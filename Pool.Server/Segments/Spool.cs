using Microsoft.Extensions.Options;
using Pool.Server.Node;
using Pool.Shared.Media;

namespace Pool.Server.Segments;

/// <summary>Why the spool takes no more bytes.</summary>
public sealed class SpoolFullException(string message) : IOException(message);

/// <summary>
/// Segments and renditions as files under random names, bounded in bytes and time. Renditions that were announced before a
/// restart are still there after it; segments and half-written files are not, and are swept at the start.
/// </summary>
public sealed partial class Spool(IOptions<SpoolOptions> options, IOptions<NodeOptions> node, TimeProvider time, ILogger<Spool> logger)
{
    private const string SegmentEnding = ".segment";
    private const string PartEnding = ".part";

    private readonly string _folder = Path.Combine(node.Value.ServerFolder, "spool");
    private readonly Queue<(SpoolFile File, DateTimeOffset CompletedAt)> _served = new();
    private readonly Lock _deleting = new();
    private long _bytes;

    /// <summary>Bytes that lie in the spool now.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Bytes that it takes at the most.</summary>
    public long MaxBytes => options.Value.MaxBytes;

    /// <summary>Makes the folder, sweeps what a stopped server left, checks the space.</summary>
    /// <exception cref="StartUpException">Too little disk space.</exception>
    public void Open()
    {
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var free = new DriveInfo(_folder).AvailableFreeSpace;
        if (free < options.Value.MinFreeBytes)
        {
            throw new StartUpException($"No disk space for {_folder}: {free >> 20} MiB are free, {options.Value.MinFreeBytes >> 20} MiB are needed (Spool:MinFreeBytes).");
        }

        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles().OrderBy(file => file.LastWriteTimeUtc))
        {
            if (!SpoolFile.IsServedName(file.Name))
            {
                file.Delete();
                continue;
            }

            Interlocked.Add(ref _bytes, file.Length);
            _served.Enqueue((Served(file), new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero)));
        }
    }

    /// <summary>A new, empty segment to write the gateway's bytes into.</summary>
    /// <exception cref="SpoolFullException">The disk has too little space left.</exception>
    public SpoolWriter CreateSegment(long maxBytes) => Create(SegmentEnding, maxBytes);

    /// <summary>A new, empty rendition to write a worker's bytes into.</summary>
    /// <exception cref="SpoolFullException">The disk has too little space left.</exception>
    public SpoolWriter CreateRendition(long maxBytes, Container container) => Create(SpoolFile.EndingOf(container), maxBytes);

    /// <summary>A new, empty file for the perceptual hash of a rendition (protocol §4.10).</summary>
    /// <exception cref="SpoolFullException">The disk has too little space left.</exception>
    public SpoolWriter CreateSignature(long maxBytes) => Create(SpoolFile.SignatureEnding, maxBytes);

    /// <summary>The rendition or perceptual hash of this name, or null: unknown, expired, or no name of ours at all.</summary>
    public SpoolFile? FindServed(string name)
    {
        if (!SpoolFile.IsServedName(name))
        {
            return null;
        }

        var file = new FileInfo(Path.Combine(_folder, name));
        return file.Exists ? Served(file) : null;
    }

    /// <summary>Deletes a file; deleting it twice is nothing.</summary>
    public void Delete(SpoolFile file)
    {
        lock (_deleting)
        {
            if (!File.Exists(file.Path))
            {
                return;
            }

            File.Delete(file.Path);
        }

        Interlocked.Add(ref _bytes, -file.Length);
    }

    /// <summary>Deletes renditions older than their lifetime. Returns how many.</summary>
    public int DeleteExpired()
    {
        var oldest = (time.GetUtcNow() - options.Value.Lifetime).UtcDateTime;
        var expired = new DirectoryInfo(_folder).EnumerateFiles()
            .Where(file => SpoolFile.IsServedName(file.Name) && file.LastWriteTimeUtc < oldest)
            .Select(Served)
            .ToList();
        expired.ForEach(Delete);
        if (expired.Count > 0)
        {
            LogExpired(expired.Count, options.Value.Lifetime);
        }

        return expired.Count;
    }

    /// <summary>A file has got its name: whoever may be told of it can have it from now on.</summary>
    internal void Complete(SpoolFile file)
    {
        if (SpoolFile.IsServedName(file.Name))
        {
            lock (_served)
            {
                _served.Enqueue((file, time.GetUtcNow()));
                ForgetExpired();
            }
        }
    }

    internal void Take(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) > options.Value.MaxBytes && !MakeRoom())
        {
            Interlocked.Add(ref _bytes, -bytes);
            throw new SpoolFullException($"The spool holds its limit of {options.Value.MaxBytes} bytes (Spool:MaxBytes).");
        }
    }

    internal void GiveBack(long bytes) => Interlocked.Add(ref _bytes, -bytes);

    /// <summary>
    /// Deletes the oldest renditions until the spool is within its limit, but none that a gateway may still be fetching: it takes
    /// seconds for that (protocol §1.4), and the network's own orchestrators keep the last twelve only (§4.9).
    /// </summary>
    private bool MakeRoom()
    {
        var youngest = time.GetUtcNow() - options.Value.KeepAtLeast;
        lock (_served)
        {
            while (Bytes > options.Value.MaxBytes && _served.TryPeek(out var oldest) && oldest.CompletedAt <= youngest)
            {
                Delete(_served.Dequeue().File);
            }
        }

        return Bytes <= options.Value.MaxBytes;
    }

    /// <summary>What is past its lifetime is gone or goes with the next sweep: nobody needs to remember it.</summary>
    private void ForgetExpired()
    {
        var oldest = time.GetUtcNow() - options.Value.Lifetime - options.Value.Lifetime;
        while (_served.TryPeek(out var first) && first.CompletedAt < oldest)
        {
            _served.Dequeue();
        }
    }

    private static SpoolFile Served(FileInfo file) => new(file.Name[..SpoolFile.IdLength], file.FullName, file.Length);

    private SpoolWriter Create(string ending, long maxBytes)
    {
        var free = new DriveInfo(_folder).AvailableFreeSpace;
        if (free < options.Value.MinFreeBytes)
        {
            throw new SpoolFullException($"Only {free} bytes are free on the disk of the spool (Spool:MinFreeBytes).");
        }

        var id = SpoolFile.NewId();
        return new SpoolWriter(this, id, Path.Combine(_folder, id + ending), PartEnding, maxBytes);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Deleted {Count} files of renditions older than {Lifetime}")]
    private partial void LogExpired(int count, TimeSpan lifetime);
}
