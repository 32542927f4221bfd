using Pool.Shared.Contracts;
using Pool.Worker.Transcoding.Formats;

namespace Pool.Worker.Transcoding.Files;

/// <summary>FFmpeg's output as a callback: bytes are handed out as the muxer makes them.</summary>
internal sealed class StreamOutput(RenditionBytes onBytes) : MuxerOutput(file: null)
{
    private long _bytes;

    /// <summary>Nothing is left to do: every byte has been handed out.</summary>
    internal override void Complete()
    {
    }

    protected override void Write(ReadOnlySpan<byte> bytes)
    {
        // What was asked for makes more than the network carries (protocol §1.4).
        if ((_bytes += bytes.Length) > TranscodeLimits.MaxBytes)
        {
            throw new InputFaultException(InputFault.InvalidArgument);
        }

        onBytes(bytes);
    }
}
