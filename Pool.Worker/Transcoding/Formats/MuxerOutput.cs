using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Formats;

/// <summary>Where a muxer's bytes go.</summary>
internal abstract unsafe class MuxerOutput : IDisposable
{
    /// <summary>FFmpeg's handle on it.</summary>
    internal abstract AVIOContext* Io { get; }

    /// <summary>Throws what went wrong in a callback: an exception cannot pass through FFmpeg.</summary>
    internal abstract void ThrowIfFailed();

    /// <summary>The muxer has written its last byte.</summary>
    internal abstract void Complete();

    public abstract void Dispose();
}
