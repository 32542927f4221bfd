using Microsoft.Extensions.Options;
using Pool.Server.Node;

namespace Pool.Server.Segments;

/// <summary>Why the spool takes no more bytes.</summary>
public sealed class SpoolFullException(string message) : IOException(message);

/// <summary>
/// Segments and renditions as files under random names, bounded in bytes and time. Renditions that were announced before a
/// restart are still there after it; segments and half-written files are not, and are swept at the start.
/// </summary>
public sealed partial class Spool(IOptions<SpoolOptions> options, IOptions<NodeOptions> node, TimeProvider time, ILogger<Spool> logger)
{
    private const string RenditionEnding = ".rendition";
    private const string SegmentEnding = ".segment";
    private const string PartEnding = ".part";

    private readonly string _folder = Path.Combine(node.Value.ServerFolder, "spool");
    private long _bytes;

    /// <summary>Bytes that lie in the spool now.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

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

        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles())
        {
            if (file.Extension is SegmentEnding or PartEnding)
            {
                file.Delete();
            }
            else
            {
                Interlocked.Add(ref _bytes, file.Length);
            }
        }
    }

    /// <summary>A new, empty segment to write the gateway's bytes into.</summary>
    /// <exception cref="SpoolFullException">The disk has too little space left.</exception>
    public SpoolWriter CreateSegment(long maxBytes) => Create(SegmentEnding, maxBytes);

    /// <summary>A new, empty rendition to write a worker's bytes into.</summary>
    /// <exception cref="SpoolFullException">The disk has too little space left.</exception>
    public SpoolWriter CreateRendition(long maxBytes) => Create(RenditionEnding, maxBytes);

    /// <summary>The rendition with this id, or null: unknown, expired, or no id at all.</summary>
    public SpoolFile? FindRendition(string id)
    {
        if (!SpoolFile.IsId(id))
        {
            return null;
        }

        var file = new FileInfo(Path.Combine(_folder, id + RenditionEnding));
        return file.Exists ? new SpoolFile(id, file.FullName, file.Length) : null;
    }

    /// <summary>Deletes a file; deleting it twice is nothing.</summary>
    public void Delete(SpoolFile file)
    {
        if (File.Exists(file.Path))
        {
            File.Delete(file.Path);
            Interlocked.Add(ref _bytes, -file.Length);
        }
    }

    /// <summary>Deletes renditions older than their lifetime. Returns how many.</summary>
    public int DeleteExpired()
    {
        var oldest = (time.GetUtcNow() - options.Value.Lifetime).UtcDateTime;
        var expired = new DirectoryInfo(_folder).EnumerateFiles("*" + RenditionEnding)
            .Where(file => file.LastWriteTimeUtc < oldest)
            .Select(file => new SpoolFile(Path.GetFileNameWithoutExtension(file.Name), file.FullName, file.Length))
            .ToList();
        expired.ForEach(Delete);
        if (expired.Count > 0)
        {
            LogExpired(expired.Count, options.Value.Lifetime);
        }

        return expired.Count;
    }

    internal void Take(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) > options.Value.MaxBytes)
        {
            Interlocked.Add(ref _bytes, -bytes);
            throw new SpoolFullException($"The spool holds its limit of {options.Value.MaxBytes} bytes (Spool:MaxBytes).");
        }
    }

    internal void GiveBack(long bytes) => Interlocked.Add(ref _bytes, -bytes);

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

    [LoggerMessage(Level = LogLevel.Information, Message = "Deleted {Count} renditions older than {Lifetime}")]
    private partial void LogExpired(int count, TimeSpan lifetime);
}
