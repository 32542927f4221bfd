using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Files;

/// <summary>Takes the bytes of a rendition; called from the rendition's thread.</summary>
internal delegate void RenditionBytes(ReadOnlySpan<byte> bytes);

/// <summary>Where a muxer's bytes go.</summary>
/// <param name="file">What the muxer goes back in; null if it never does.</param>
internal abstract class MuxerOutput(Stream? file) : CallbackIo(isOutput: true, file)
{
    /// <summary>The muxer has written its last byte.</summary>
    internal abstract void Complete();
}
