namespace Pool.Worker.Connection;

/// <summary>A segment while it is fetched. Reads exactly as many bytes as the assignment named; anything else is a fault of the link.</summary>
internal sealed class SegmentStream(HttpResponseMessage response, Stream bytes, long length) : Stream
{
    private long _read;

    /// <summary>What went wrong with the bytes, whatever the reader made of it; null while all is well.</summary>
    public string? Fault { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await bytes.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw Fail($"The segment broke off after {_read} of {length} bytes: {Sentence.Of(broken)}", broken);
        }

        _read += count;
        if (_read > length)
        {
            throw Fail($"The segment is longer than the {length} bytes that were announced", inner: null);
        }

        return count > 0 || buffer.IsEmpty || _read == length
            ? count
            : throw Fail($"The segment ended after {_read} of {length} bytes", inner: null);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Segments are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            bytes.Dispose();
            response.Dispose();
        }

        base.Dispose(disposing);
    }

    private LinkException Fail(string fault, Exception? inner)
    {
        Fault = fault;
        return inner is null ? new LinkException(fault) : new LinkException(fault, inner);
    }
}
