using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Pool.Shared.Contracts;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Formats;

namespace Pool.Worker.Transcoding;

/// <summary>Takes the bytes of a rendition; called from the rendition's thread.</summary>
internal delegate void RenditionBytes(ReadOnlySpan<byte> bytes);

/// <summary>FFmpeg's output as a callback: bytes are handed out as the muxer makes them.</summary>
internal sealed unsafe class StreamOutput : MuxerOutput
{
    private const int BufferBytes = 32 * 1024;

    private readonly RenditionBytes _onBytes;
    private readonly GCHandle _self;
    private ExceptionDispatchInfo? _failure;
    private long _bytes;
    private AVIOContext* _io;

    internal StreamOutput(RenditionBytes onBytes)
    {
        _onBytes = onBytes;
        _self = GCHandle.Alloc(this);
        var buffer = (byte*)FFmpegException.Check((AVPacket*)ffmpeg.av_malloc(BufferBytes), nameof(ffmpeg.av_malloc));
        _io = FFmpegException.Check(
            ffmpeg.avio_alloc_context(buffer, BufferBytes, 1, (void*)GCHandle.ToIntPtr(_self), null, &Write, null), nameof(ffmpeg.avio_alloc_context));
    }

    internal override AVIOContext* Io => _io;

    internal override void ThrowIfFailed() => _failure?.Throw();

    /// <summary>Nothing is left to do: every byte has been handed out.</summary>
    internal override void Complete()
    {
    }

    public override void Dispose()
    {
        if (_io == null)
        {
            return;
        }

        AvioBuffer.Free(_io);
        var io = _io;
        ffmpeg.avio_context_free(&io);
        _io = null;

        _self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(void* opaque, byte* buffer, int size)
    {
        var self = (StreamOutput)GCHandle.FromIntPtr((nint)opaque).Target!;   // alive as long as the context
        if (self._failure is not null)
        {
            return ffmpeg.AVERROR_EXTERNAL;
        }

        try
        {
            // What was asked for makes more than the network carries (protocol §1.4).
            if ((self._bytes += size) > TranscodeLimits.MaxBytes)
            {
                throw new InputFaultException(InputFault.InvalidArgument);
            }

            self._onBytes(new ReadOnlySpan<byte>(buffer, size));
            return size;
        }
        catch (Exception failure)
        {
            self._failure = ExceptionDispatchInfo.Capture(failure);
            return ffmpeg.AVERROR_EXTERNAL;
        }
    }
}
