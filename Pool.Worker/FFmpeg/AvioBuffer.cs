namespace Pool.Worker.FFmpeg;

/// <summary>The buffer of an AVIOContext is the caller's to free, and FFmpeg may have replaced it meanwhile.</summary>
internal static unsafe class AvioBuffer
{
    /// <summary>AVIOContext begins with av_class and then buffer, in every supported release.</summary>
    private static readonly int s_bufferOffset = sizeof(nint);

    internal static void Free(AVIOContext* io) => ffmpeg.av_freep((byte*)io + s_bufferOffset);
}
