namespace Pool.Worker.Transcoding.Host;

/// <summary>Transcodes one segment on the calling thread.</summary>
/// <param name="job">What is asked for.</param>
/// <param name="segment">The segment's bytes; valid until the call returns.</param>
/// <param name="output">Takes what is made.</param>
/// <param name="cancellationToken">The job is called off.</param>
/// <returns>Frames decoded from the segment's video.</returns>
internal delegate long SegmentEngine(HostJob job, ReadOnlyMemory<byte> segment, IRenditionOutput output, CancellationToken cancellationToken);
