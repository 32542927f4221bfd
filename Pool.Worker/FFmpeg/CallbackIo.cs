using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Pool.Worker.FFmpeg;

/// <summary>
/// A file of ours as FFmpeg's: FFmpeg itself opens nothing. An exception cannot pass through FFmpeg, so it is kept until
/// <see cref="ThrowIfFailed"/>; after the first one nothing is read or written any more. A seek to outside of the file is refused.
/// </summary>
internal abstract unsafe class CallbackIo : IDisposable
{
    private const int BufferBytes = 32 * 1024;

    private readonly Stream? _seekable;
    private readonly GCHandle _self;
    private ExceptionDispatchInfo? _failure;
    private AVIOContext* _io;

    /// <param name="isOutput">FFmpeg writes; else it reads.</param>
    /// <param name="seekable">What moves when FFmpeg seeks; null is a file that only goes on.</param>
    protected CallbackIo(bool isOutput, Stream? seekable)
    {
        _seekable = seekable;
        _self = GCHandle.Alloc(this);
        var buffer = (byte*)FFmpegException.Check((AVPacket*)ffmpeg.av_malloc(BufferBytes), nameof(ffmpeg.av_malloc));
        _io = FFmpegException.Check(
            ffmpeg.avio_alloc_context(
                buffer, BufferBytes, isOutput ? 1 : 0, (void*)GCHandle.ToIntPtr(_self),
                isOutput ? null : &OnRead, isOutput ? &OnWrite : null, seekable is null ? null : &OnSeek),
            nameof(ffmpeg.avio_alloc_context));
    }

    /// <summary>FFmpeg's handle on it.</summary>
    internal AVIOContext* Io => _io;

    /// <summary>Throws what went wrong in a callback.</summary>
    internal void ThrowIfFailed() => _failure?.Throw();

    public virtual void Dispose()
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

    /// <summary>Fills a part of <paramref name="buffer"/> and says how much; 0 is the end.</summary>
    protected virtual int Read(Span<byte> buffer) => throw new NotSupportedException("It is written, not read.");

    /// <summary>Takes what FFmpeg writes at the place where it is.</summary>
    protected virtual void Write(ReadOnlySpan<byte> bytes) => throw new NotSupportedException("It is read, not written.");

    /// <summary>Whose callback it is; alive as long as the context.</summary>
    private static CallbackIo Of(void* opaque) => (CallbackIo)GCHandle.FromIntPtr((nint)opaque).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnRead(void* opaque, byte* buffer, int size)
    {
        var self = Of(opaque);
        try
        {
            if (self._failure is null)
            {
                return self.Read(new Span<byte>(buffer, size)) is > 0 and var got ? got : ffmpeg.AVERROR_EOF;
            }
        }
        catch (Exception failure)
        {
            self._failure = ExceptionDispatchInfo.Capture(failure);
        }

        return ffmpeg.AVERROR_EXTERNAL;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWrite(void* opaque, byte* buffer, int size)
    {
        var self = Of(opaque);
        try
        {
            if (self._failure is null)
            {
                self.Write(new ReadOnlySpan<byte>(buffer, size));
                return size;
            }
        }
        catch (Exception failure)
        {
            self._failure = ExceptionDispatchInfo.Capture(failure);
        }

        return ffmpeg.AVERROR_EXTERNAL;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long OnSeek(void* opaque, long offset, int whence)
    {
        var file = Of(opaque)._seekable!;   // without it FFmpeg was given no way to seek
        try
        {
            if ((whence & ffmpeg.AVSEEK_SIZE) != 0)
            {
                return file.Length;
            }

            // SEEK_SET, SEEK_CUR and SEEK_END are 0, 1 and 2 in both worlds.
            var target = (SeekOrigin)(whence & ~ffmpeg.AVSEEK_FORCE) switch
            {
                SeekOrigin.Begin => offset,
                SeekOrigin.Current => file.Position + offset,
                SeekOrigin.End => file.Length + offset,
                _ => -1,
            };
            return target < 0 || target > file.Length ? ffmpeg.AVERROR_EINVAL : file.Position = target;
        }
        catch (Exception failure) when (failure is IOException or ArgumentException or NotSupportedException)
        {
            return ffmpeg.AVERROR_EINVAL;
        }
    }
}
