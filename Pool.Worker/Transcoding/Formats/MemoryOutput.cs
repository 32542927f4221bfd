using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Pool.Shared.Contracts;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Formats;

/// <summary>
/// A file in memory as FFmpeg's output, for a container that goes back to fill in what it learns last. It is handed out when it is
/// whole, index first.
/// </summary>
internal sealed unsafe class MemoryOutput : MuxerOutput
{
    private const int BufferBytes = 32 * 1024;
    private const int SeekSet = 0;
    private const int SeekCurrent = 1;
    private const int SeekEnd = 2;

    private readonly RenditionBytes _onBytes;
    private readonly MemoryStream _file = new();
    private readonly GCHandle _self;
    private ExceptionDispatchInfo? _failure;
    private AVIOContext* _io;

    internal MemoryOutput(RenditionBytes onBytes)
    {
        _onBytes = onBytes;
        _self = GCHandle.Alloc(this);
        var buffer = (byte*)FFmpegException.Check((AVPacket*)ffmpeg.av_malloc(BufferBytes), nameof(ffmpeg.av_malloc));
        _io = FFmpegException.Check(
            ffmpeg.avio_alloc_context(buffer, BufferBytes, 1, (void*)GCHandle.ToIntPtr(_self), null, &Write, &Seek), nameof(ffmpeg.avio_alloc_context));
    }

    internal override AVIOContext* Io => _io;

    internal override void ThrowIfFailed() => _failure?.Throw();

    internal override void Complete() => FastStart.Write(_file.GetBuffer().AsSpan(0, (int)_file.Length), _onBytes);

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
        _file.Dispose();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(void* opaque, byte* buffer, int size)
    {
        var self = (MemoryOutput)GCHandle.FromIntPtr((nint)opaque).Target!;   // alive as long as the context
        try
        {
            // What was asked for makes more than the network carries (protocol §1.4).
            if (self._file.Position + size > TranscodeLimits.MaxBytes)
            {
                throw new InputFaultException(InputFault.InvalidArgument);
            }

            self._file.Write(new ReadOnlySpan<byte>(buffer, size));
            return size;
        }
        catch (Exception failure)
        {
            self._failure ??= ExceptionDispatchInfo.Capture(failure);
            return ffmpeg.AVERROR_EXTERNAL;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Seek(void* opaque, long offset, int whence)
    {
        var file = ((MemoryOutput)GCHandle.FromIntPtr((nint)opaque).Target!)._file;   // alive as long as the context
        if ((whence & ffmpeg.AVSEEK_SIZE) != 0)
        {
            return file.Length;
        }

        var target = (whence & ~ffmpeg.AVSEEK_FORCE) switch
        {
            SeekSet => offset,
            SeekCurrent => file.Position + offset,
            SeekEnd => file.Length + offset,
            _ => -1,
        };
        return target < 0 || target > file.Length ? ffmpeg.AVERROR_EINVAL : file.Position = target;
    }
}
