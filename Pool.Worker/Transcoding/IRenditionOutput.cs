using Pool.Worker.Transcoding.Host;

namespace Pool.Worker.Transcoding;

/// <summary>
/// Where a job's engine puts what it makes, in the host process. Renditions may call it at the same time, each from its own thread.
/// A call waits while the worker has not taken what was sent before.
/// </summary>
internal interface IRenditionOutput
{
    /// <summary>The next bytes of a rendition.</summary>
    /// <exception cref="OperationCanceledException">The job was called off.</exception>
    void Write(int rendition, ReadOnlySpan<byte> bytes);

    /// <summary>The signature of a rendition's pictures; at most <see cref="HostFrame.MaxPayloadBytes"/> less four bytes.</summary>
    /// <exception cref="OperationCanceledException">The job was called off.</exception>
    void Sign(int rendition, ReadOnlySpan<byte> signature);

    /// <summary>A rendition is complete; those that an engine does not end itself are ended with the job.</summary>
    /// <exception cref="OperationCanceledException">The job was called off.</exception>
    void End(int rendition);
}
