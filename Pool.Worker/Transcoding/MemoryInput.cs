using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding;

/// <summary>A segment in memory as FFmpeg's input: it can be read and sought, and nothing else of the machine can be reached through it.</summary>
internal sealed unsafe class MemoryInput : IDisposable
{
    private const int BufferBytes = 32 * 1024;
    private const int SeekSet = 0;
    private const int SeekCurrent = 1;
    private const int SeekEnd = 2;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly GCHandle _self;
    private AVIOContext* _io;
    private long _position;

    internal MemoryInput(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        _self = GCHandle.Alloc(this);
        var buffer = (byte*)FFmpegException.Check((AVPacket*)ffmpeg.av_malloc(BufferBytes), nameof(ffmpeg.av_malloc));
        _io = FFmpegException.Check(
            ffmpeg.avio_alloc_context(buffer, BufferBytes, 0, (void*)GCHandle.ToIntPtr(_self), &Read, null, &Seek), nameof(ffmpeg.avio_alloc_context));
    }

    internal AVIOContext* Io => _io;

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
        var self = (MemoryInput)GCHandle.FromIntPtr((nint)opaque).Target!;   // alive as long as the context
        var part = self._bytes.Span[(int)Math.Min(self._position, self._bytes.Length)..];
        if (part.IsEmpty)
        {
            return ffmpeg.AVERROR_EOF;
        }

        part = part[..Math.Min(size, part.Length)];
        part.CopyTo(new Span<byte>(buffer, size));
        self._position += part.Length;
        return part.Length;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Seek(void* opaque, long offset, int whence)
    {
        var self = (MemoryInput)GCHandle.FromIntPtr((nint)opaque).Target!;   // alive as long as the context
        var length = self._bytes.Length;
        if ((whence & ffmpeg.AVSEEK_SIZE) != 0)
        {
            return length;
        }

        var target = (whence & ~ffmpeg.AVSEEK_FORCE) switch
        {
            SeekSet => offset,
            SeekCurrent => self._position + offset,
            SeekEnd => length + offset,
            _ => -1,
        };
        return target < 0 || target > length ? ffmpeg.AVERROR_EINVAL : self._position = target;
    }
}

/// <summary>The buffer of an AVIOContext is the caller's to free, and FFmpeg may have replaced it meanwhile.</summary>
internal static unsafe class AvioBuffer
{
    /// <summary>AVIOContext begins with av_class and then buffer, in every supported release.</summary>
    private static readonly int s_bufferOffset = sizeof(nint);

    internal static void Free(AVIOContext* io) => ffmpeg.av_freep((byte*)io + s_bufferOffset);
}
