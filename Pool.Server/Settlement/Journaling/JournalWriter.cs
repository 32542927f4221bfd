using System.Buffers;
using System.Threading.Channels;

namespace Pool.Server.Settlement.Journaling;

/// <summary>
/// Appends to the journal in groups: all that waits is written and synced together, and whoever waits hears of it only then. One thread owns the file; it is
/// none of the pool's, which has as few as the machine has processors: a disk that takes its time must not hold up who speaks with gateways and workers.
/// A disk that fails costs the group: the file is cut back to what was safe before, and the next group gets a new one, because what a failed sync
/// left behind nobody knows.
/// </summary>
internal sealed partial class JournalWriter : IAsyncDisposable
{
    /// <summary>Records that wait for the disk; one more waits for its place.</summary>
    private const int MaxWaiting = 8192;

    private const int MaxGroupEntries = 1024;

    private const int MaxGroupBytes = 4 << 20;

    private readonly Channel<Waiting> _queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(MaxWaiting)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
            AllowSynchronousContinuations = true,   // all that continues wakes the thread, or begins to wait for its record
        });

    private readonly ArrayBufferWriter<byte> _group = new();
    private readonly JournalShelf _shelf;
    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly long _fileBytes;
    private readonly IJournalDisk _disk;
    private readonly ILogger _logger;
    private readonly Task _loop;
    private (JournalFile File, IJournalFile Disk)? _current;
    private long _number;

    private sealed record Waiting(ReadOnlyMemory<byte> Payload, uint Version, TaskCompletionSource Done);

    /// <param name="shelf">Where the files stand.</param>
    /// <param name="folder">Folder of the files.</param>
    /// <param name="lastNumber">Number of the last file that is there.</param>
    /// <param name="options">Limits.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="logger">The log.</param>
    public JournalWriter(JournalShelf shelf, string folder, long lastNumber, SettlementOptions options, IJournalDisk disk, ILogger logger)
    {
        (_shelf, _folder, _number, _disk, _logger) = (shelf, folder, lastNumber, disk, logger);
        (_maxBytes, _fileBytes) = (options.JournalMaxBytes, options.JournalFileBytes);
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Returns when the payload is safe on the disk.</summary>
    /// <exception cref="JournalException">It is not, and will not be read back.</exception>
    public async Task AppendAsync(ReadOnlyMemory<byte> payload, uint version)
    {
        var waiting = new Waiting(payload, version, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await _queue.Writer.WriteAsync(waiting);
        }
        catch (ChannelClosedException closed)
        {
            throw new JournalException("The journal is closed.", closed);
        }

        await waiting.Done.Task;
    }

    /// <summary>Writes what waits and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        CloseCurrent();
    }

    private void Run()
    {
        var group = new List<Waiting>();
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            var bytes = 0;
            while (group.Count < MaxGroupEntries && bytes < MaxGroupBytes && _queue.Reader.TryRead(out var next))
            {
                group.Add(next);
                bytes += next.Payload.Length + JournalFormat.EntryHeaderBytes;
            }

            Write(group);
            group.Clear();
        }
    }

    private void Write(List<Waiting> group)
    {
        var fitting = Fit(group, out var bytes);
        if (fitting == 0)
        {
            return;
        }

        try
        {
            var (file, disk) = Current(bytes);
            _group.ResetWrittenCount();
            foreach (var waiting in group.Take(fitting))
            {
                JournalFormat.WriteEntry(_group, file.Marker, waiting.Version, waiting.Payload.Span);
            }

            disk.Write(_group.WrittenSpan, file.Synced);
            disk.Sync();
            _shelf.Grow(file, bytes, fitting);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogFailed(failure.Message, fitting);
            Abandon();
            var told = new JournalException($"The journal cannot be written: {failure.Message}", failure);
            group.ForEach(waiting => waiting.Done.TrySetException(told));
            return;
        }

        group.ForEach(waiting => waiting.Done.TrySetResult());
    }

    /// <summary>How many of the group there is room for; the others are told so.</summary>
    private int Fit(List<Waiting> group, out int bytes)
    {
        // A new file may have to be begun for them.
        var room = _maxBytes - _shelf.Bytes - JournalFormat.HeaderBytes;
        (bytes, var fitting) = (0, 0);
        foreach (var waiting in group)
        {
            var entry = JournalFormat.EntryHeaderBytes + waiting.Payload.Length;
            if (bytes + entry > room)
            {
                break;
            }

            bytes += entry;
            fitting++;
        }

        group.Skip(fitting).ToList().ForEach(waiting => waiting.Done.TrySetException(new JournalFullException(_maxBytes)));
        return fitting;
    }

    /// <summary>The file for a group of so many bytes.</summary>
    private (JournalFile File, IJournalFile Disk) Current(int bytes)
    {
        if (_current is { } current && (current.File.Synced == JournalFormat.HeaderBytes || current.File.Synced + bytes <= _fileBytes))
        {
            return current;
        }

        CloseCurrent();
        var path = Path.Combine(_folder, Journal.NameOf(_number + 1));
        var header = JournalFormat.NewHeader(_number + 1);
        var disk = _disk.Create(path, header);
        _number++;
        JournalFormat.TryReadHeader(header, out var marker);
        var file = new JournalFile(path, marker);
        _shelf.Add(file);
        return (_current = (file, disk)).Value;
    }

    private void Abandon()
    {
        if (_current is not { } failed)
        {
            return;
        }

        try
        {
            failed.Disk.Truncate(failed.File.Synced);
            failed.Disk.Sync();
        }
        catch (IOException failure)
        {
            LogNotCut(failed.File.Path, failed.File.Synced, failure.Message);
        }

        CloseCurrent();
    }

    private void CloseCurrent()
    {
        if (_current is { } current)
        {
            _current = null;
            current.Disk.Dispose();
            _shelf.Close(current.File);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The journal cannot be written, {Records} segments and payments are not settled: {Fault}")]
    private partial void LogFailed(string fault, int records);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} could not be cut back to {Length} bytes after a failure, what follows was never acknowledged: {Fault}")]
    private partial void LogNotCut(string path, long length, string fault);
}
