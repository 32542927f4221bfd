using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Pool.Worker.Transcoding.Files;

namespace Pool.Worker.Transcoding.Host;

/// <summary>What a frame between the worker and its transcode host says.</summary>
internal enum HostFrameKind : byte
{
    /// <summary>Host → worker, first: <see cref="HostHello"/>.</summary>
    Hello = 1,

    /// <summary>Worker → host: <see cref="HostJob"/>; the segment follows.</summary>
    Job = 2,

    /// <summary>Worker → host: bytes of the segment.</summary>
    SegmentBytes = 3,

    /// <summary>Worker → host: the segment is whole; the job begins.</summary>
    SegmentEnd = 4,

    /// <summary>Worker → host: the job is called off. The host still ends it with <see cref="Outcome"/>.</summary>
    Cancel = 5,

    /// <summary>Host → worker: index of the rendition (4 bytes) and bytes of it.</summary>
    RenditionBytes = 6,

    /// <summary>Host → worker: <see cref="HostOutcome"/>; nothing of the job follows.</summary>
    Outcome = 7,

    /// <summary>Host → worker: index of the rendition (4 bytes) and its signature.</summary>
    RenditionSignature = 8,

    /// <summary>Host → worker: index of the rendition (4 bytes), which is complete.</summary>
    RenditionEnd = 9,

    /// <summary>Worker → host: so many bytes (4 bytes) of the job's renditions have been taken; the host may send as many more.</summary>
    Credit = 10,

    /// <summary>Worker → host: <see cref="HostCut"/>; ends with <see cref="Outcome"/>, like a job.</summary>
    Cut = 11,
}

/// <summary>
/// One frame: kind (1 byte), job (4 bytes), length (4 bytes), payload. Big-endian, on the host's standard input and output. A frame
/// that was read holds a pooled buffer: dispose of it when its payload has been used.
/// </summary>
internal sealed class HostFrame : IDisposable
{
    internal const int ProtocolVersion = 2;

    /// <summary>Longest payload either side takes.</summary>
    internal const int MaxPayloadBytes = 1024 * 1024;

    /// <summary>Bytes of a rendition that may be on their way and not yet taken; a host that sends more is broken.</summary>
    internal const int RenditionWindowBytes = 4 * 1024 * 1024;

    internal const int HeaderBytes = 9;
    internal const int IndexBytes = sizeof(int);

    private const int JobOffset = 1;
    private const int LengthOffset = 5;
    private const HostFrameKind LastKind = HostFrameKind.Cut;

    private byte[]? _buffer;
    private readonly int _length;

    private HostFrame(HostFrameKind kind, int job, byte[] buffer, int length) => (Kind, Job, _buffer, _length) = (kind, job, buffer, length);

    internal HostFrameKind Kind { get; }

    internal int Job { get; }

    /// <summary>Valid until the frame is disposed of.</summary>
    internal ReadOnlyMemory<byte> Payload =>
        new(_buffer ?? throw new ObjectDisposedException(nameof(HostFrame)), 0, _length);

    /// <summary>The number a frame of a rendition or a credit begins with.</summary>
    /// <exception cref="HostBrokenException">It is too short to have one.</exception>
    internal int Number => _length >= IndexBytes
        ? BinaryPrimitives.ReadInt32BigEndian(Payload.Span)
        : throw new HostBrokenException($"a frame of the transcode host ({Kind}) has {_length} bytes and no number");

    /// <summary>What follows the number.</summary>
    internal ReadOnlyMemory<byte> AfterNumber => Payload[IndexBytes..];

    /// <summary>The next frame; null at the end of the stream.</summary>
    /// <param name="stream">Is read to the end of the frame and not further.</param>
    /// <param name="header">Room for a header, kept by the caller between frames.</param>
    /// <param name="cancellationToken">Ends the waiting; the stream is then of no further use.</param>
    /// <exception cref="HostBrokenException">The other side does not speak this protocol, or stopped in the middle of a frame.</exception>
    internal static async ValueTask<HostFrame?> ReadAsync(Stream stream, byte[] header, CancellationToken cancellationToken)
    {
        var got = await stream.ReadAtLeastAsync(header.AsMemory(0, HeaderBytes), HeaderBytes, throwOnEndOfStream: false, cancellationToken);
        if (got == 0)
        {
            return null;
        }

        var (kind, job, length) = Decode(header.AsSpan(0, got));
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        var frame = new HostFrame(kind, job, buffer, length);
        try
        {
            await stream.ReadExactlyAsync(buffer.AsMemory(0, length), cancellationToken);
            return frame;
        }
        catch (EndOfStreamException cut)
        {
            frame.Dispose();
            throw new HostBrokenException($"a frame of the transcode host ({kind}) ends before its {length} bytes are there", cut);
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    /// <summary>Writes a header.</summary>
    /// <param name="target">At least <see cref="HeaderBytes"/> long.</param>
    /// <param name="kind">What the frame says.</param>
    /// <param name="job">Its job; 0 for none.</param>
    /// <param name="length">Bytes of payload that follow.</param>
    internal static void WriteHeader(Span<byte> target, HostFrameKind kind, int job, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxPayloadBytes);
        target[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(target[JobOffset..], job);
        BinaryPrimitives.WriteInt32BigEndian(target[LengthOffset..], length);
    }

    /// <exception cref="HostBrokenException">The payload is not that message.</exception>
    internal T Read<T>()
    {
        try
        {
            return JsonSerializer.Deserialize(Payload.Span, HostJson.Of<T>()) ?? throw new HostBrokenException($"a frame of the transcode host has no {typeof(T).Name}");
        }
        catch (Exception wrong) when (wrong is JsonException or NotSupportedException)
        {
            throw new HostBrokenException($"a frame of the transcode host is no {typeof(T).Name}", wrong);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static (HostFrameKind Kind, int Job, int Length) Decode(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderBytes)
        {
            throw new HostBrokenException($"a frame of the transcode host ends after {header.Length} bytes of its header");
        }

        var kind = (HostFrameKind)header[0];
        if (kind is < HostFrameKind.Hello or > LastKind)
        {
            throw new HostBrokenException($"a frame of the transcode host is of kind {header[0]}, which does not exist");
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(header[LengthOffset..]);
        return length is >= 0 and <= MaxPayloadBytes
            ? (kind, BinaryPrimitives.ReadInt32BigEndian(header[JobOffset..]), length)
            : throw new HostBrokenException($"a frame of the transcode host ({kind}) claims {length} bytes; at most {MaxPayloadBytes} are taken");
    }
}
