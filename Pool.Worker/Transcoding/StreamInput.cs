using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding;

/// <summary>A stream that can be sought as FFmpeg's input: FFmpeg itself opens nothing. A seek to outside of the stream is refused.</summary>
internal sealed unsafe class StreamInput : IDisposable
{
    private const int BufferBytes = 32 * 1024;

    private readonly Stream _stream;
    private readonly GCHandle _self;
    private ExceptionDispatchInfo? _failure;
    private AVIOContext* _io;

    /// <param name="stream">Stays the caller's.</param>
    internal StreamInput(Stream stream)
    {
        _stream = stream;
        _self = GCHandle.Alloc(this);
        var buffer = (byte*)FFmpegException.Check((AVPacket*)ffmpeg.av_malloc(BufferBytes), nameof(ffmpeg.av_malloc));
        _io = FFmpegException.Check(
            ffmpeg.avio_alloc_context(buffer, BufferBytes, 0, (void*)GCHandle.ToIntPtr(_self), &Read, null, &Seek), nameof(ffmpeg.avio_alloc_context));
    }

    internal AVIOContext* Io => _io;

    /// <summary>Throws what the stream threw: an exception cannot pass through FFmpeg.</summary>
    internal void ThrowIfFailed() => _failure?.Throw();

    public void Dispose()
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
    private static int Read(void* opaque, byte* buffer, int size)
    {
        var self = (StreamInput)GCHandle.FromIntPtr((nint)opaque).Target!;   // alive as long as the context
        try
        {
            var got = self._stream.Read(new Span<byte>(buffer, size));
            return got == 0 ? ffmpeg.AVERROR_EOF : got;
        }
        catch (Exception failure)
        {
            self._failure = ExceptionDispatchInfo.Capture(failure);
            return ffmpeg.AVERROR_EXTERNAL;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Seek(void* opaque, long offset, int whence)
    {
        var self = (StreamInput)GCHandle.FromIntPtr((nint)opaque).Target!;   // alive as long as the context
        try
        {
            if ((whence & ffmpeg.AVSEEK_SIZE) != 0)
            {
                return self._stream.Length;
            }

            // SEEK_SET, SEEK_CUR and SEEK_END are 0, 1 and 2 in both worlds.
            var target = (SeekOrigin)(whence & ~ffmpeg.AVSEEK_FORCE) switch
            {
                SeekOrigin.Begin => offset,
                SeekOrigin.Current => self._stream.Position + offset,
                SeekOrigin.End => self._stream.Length + offset,
                _ => -1,
            };
            return target < 0 || target > self._stream.Length ? ffmpeg.AVERROR_EINVAL : self._stream.Position = target;
        }
        catch (Exception failure) when (failure is IOException or ArgumentException or NotSupportedException)
        {
            return ffmpeg.AVERROR_EINVAL;
        }
    }
}
