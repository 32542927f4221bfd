namespace Pool.Server.Segments;

/// <summary>More bytes than the limit of this file.</summary>
public sealed class TooManyBytesException(long limit) : IOException($"More than {limit} bytes.");

/// <summary>
/// A file of the spool while it is written. It gets its name only when it is complete, so nobody ever reads half of one; disposing
/// an incomplete one removes it.
/// </summary>
public sealed class SpoolWriter : IAsyncDisposable
{
    private readonly Spool _spool;
    private readonly string _id;
    private readonly string _path;
    private readonly string _part;
    private readonly long _maxBytes;
    private readonly FileStream _file;
    private bool _completed;

    internal SpoolWriter(Spool spool, string id, string path, string partEnding, long maxBytes)
    {
        (_spool, _id, _path, _part, _maxBytes) = (spool, id, path, path + partEnding, maxBytes);
        _file = new FileStream(_part, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    public long Length { get; private set; }

    /// <exception cref="TooManyBytesException">The file would exceed its limit.</exception>
    /// <exception cref="SpoolFullException">The spool would exceed its limit, or its disk does not take the bytes.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (Length + bytes.Length > _maxBytes)
        {
            throw new TooManyBytesException(_maxBytes);
        }

        _spool.Take(bytes.Length);
        Length += bytes.Length;
        try
        {
            await _file.WriteAsync(bytes, cancellationToken);
        }
        catch (IOException failure)
        {
            throw new SpoolFullException($"The disk of the spool takes no bytes: {failure.Message}");
        }
    }

    /// <summary>All bytes are in: gives the file its name.</summary>
    public async ValueTask<SpoolFile> CompleteAsync()
    {
        await _file.DisposeAsync();
        File.Move(_part, _path);
        _completed = true;
        var file = new SpoolFile(_id, _path, Length);
        _spool.Complete(file);
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        if (!_completed)
        {
            File.Delete(_part);
            _spool.GiveBack(Length);
            Length = 0;
        }
    }
}
