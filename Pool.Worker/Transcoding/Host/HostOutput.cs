using System.Buffers.Binary;
using System.Text.Json;

namespace Pool.Worker.Transcoding.Host;

/// <summary>The host's output: whole frames, one at a time, from any thread.</summary>
internal sealed class HostOutput(Stream stream)
{
    /// <summary>Most bytes of a rendition in one frame, so that jobs take turns.</summary>
    internal const int BytesPerFrame = 64 * 1024;

    private readonly Lock _writing = new();
    private readonly byte[] _buffer = new byte[HostFrame.HeaderBytes + HostFrame.IndexBytes + BytesPerFrame];

    /// <summary>Writes a message.</summary>
    public void Write<T>(HostFrameKind kind, int job, T message)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(message, HostJson.Of<T>());
        lock (_writing)
        {
            HostFrame.WriteHeader(_buffer, kind, job, payload.Length);
            stream.Write(_buffer, 0, HostFrame.HeaderBytes);
            stream.Write(payload);
            stream.Flush();
        }
    }

    /// <summary>Writes a number and bytes: copied once, written in one go where they fit.</summary>
    public void Write(HostFrameKind kind, int job, int number, ReadOnlySpan<byte> bytes)
    {
        lock (_writing)
        {
            HostFrame.WriteHeader(_buffer, kind, job, HostFrame.IndexBytes + bytes.Length);
            BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(HostFrame.HeaderBytes), number);
            const int Head = HostFrame.HeaderBytes + HostFrame.IndexBytes;
            var first = bytes[..Math.Min(bytes.Length, BytesPerFrame)];
            first.CopyTo(_buffer.AsSpan(Head));
            stream.Write(_buffer, 0, Head + first.Length);
            stream.Write(bytes[first.Length..]);
            stream.Flush();
        }
    }
}
