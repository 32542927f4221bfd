using System.Buffers.Binary;
using System.Text.Json;

namespace Pool.Worker.Transcoding;

/// <summary>What a frame between the worker and its transcode host says.</summary>
internal enum HostFrameKind : byte
{
    /// <summary>Host → worker, first: <see cref="HostHello"/>.</summary>
    Hello = 1,

    /// <summary>Worker → host: <see cref="HostJob"/>; the segment follows.</summary>
    Job = 2,

    /// <summary>Worker → host: bytes of the segment.</summary>
    SegmentBytes = 3,

    /// <summary>Worker → host: the segment is whole.</summary>
    SegmentEnd = 4,

    /// <summary>Worker → host: the job is called off. The host still ends it with <see cref="Outcome"/>.</summary>
    Cancel = 5,

    /// <summary>Host → worker: index of the rendition (4 bytes) and bytes of it.</summary>
    RenditionBytes = 6,

    /// <summary>Host → worker: <see cref="HostOutcome"/>; nothing of the job follows.</summary>
    Outcome = 7,
}

/// <param name="Version">The host's <see cref="HostFrame.ProtocolVersion"/>.</param>
/// <param name="Error">Why the host cannot work, in a line; null when it can.</param>
internal sealed record HostHello(int Version, string Device, IReadOnlyList<int> Capabilities, string? Error);

internal sealed record HostJob(IReadOnlyList<Shared.Media.VideoProfile> Profiles, Shared.Contracts.Clip? Clip, long SegmentBytes);

internal sealed record HostOutcome(long DecodedFrames, double Milliseconds, string? InputFault, string? Failure);

/// <summary>One frame: kind (1 byte), job (4 bytes), length (4 bytes), payload. Big-endian, on the host's standard input and output.</summary>
internal readonly record struct HostFrame(HostFrameKind Kind, int Job, byte[] Payload)
{
    internal const int ProtocolVersion = 1;

    /// <summary>Longest payload either side takes.</summary>
    internal const int MaxPayloadBytes = 1024 * 1024;

    private const int HeaderBytes = 9;

    /// <summary>The next frame; null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The other side does not speak this protocol.</exception>
    internal static async ValueTask<HostFrame?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderBytes];
        var got = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellationToken);
        if (got == 0)
        {
            return null;
        }

        var length = got == HeaderBytes ? BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)) : -1;
        if (length is < 0 or > MaxPayloadBytes)
        {
            throw new InvalidDataException("a frame of the transcode host cannot be read");
        }

        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload, cancellationToken);
        return new HostFrame((HostFrameKind)header[0], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)), payload);
    }

    /// <summary>The frame as bytes.</summary>
    internal static byte[] Pack(HostFrameKind kind, int job, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeaderBytes + payload.Length];
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), job);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), payload.Length);
        payload.CopyTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    internal static byte[] PackMessage<T>(HostFrameKind kind, int job, T message) => Pack(kind, job, JsonSerializer.SerializeToUtf8Bytes(message));

    /// <exception cref="InvalidDataException">The payload is not that message.</exception>
    internal T Read<T>()
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Payload) ?? throw new InvalidDataException($"a frame of the transcode host has no {typeof(T).Name}");
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"a frame of the transcode host is no {typeof(T).Name}", wrong);
        }
    }
}
