namespace Pool.Worker.Transcoding.Host;

/// <content>Segments of a person's file, which the host was started with.</content>
internal sealed partial class HostLink
{
    /// <summary>Asks for the next segment of the host's file.</summary>
    /// <param name="cut">What to cut.</param>
    /// <param name="segment">Takes its bytes; gets none at the end of the file.</param>
    /// <param name="cancellationToken">Nobody wants it any more.</param>
    /// <exception cref="TranscodeHostException">The host died.</exception>
    /// <exception cref="HostBrokenException">The host died.</exception>
    public async Task<HostOutcome> CutAsync(HostCut cut, Stream segment, CancellationToken cancellationToken)
    {
        var job = new HostLinkJob(Interlocked.Increment(ref _lastJob));
        _jobs[job.Id] = job;
        if (_dead)
        {
            job.End();
        }

        try
        {
            await _writer.WriteMessageAsync(HostFrameKind.Cut, job.Id, cut, cancellationToken);
            await foreach (var frame in job.Frames.ReadAllAsync(cancellationToken))
            {
                using (frame)
                {
                    if (frame.Kind == HostFrameKind.Outcome)
                    {
                        return frame.Read<HostOutcome>();
                    }

                    await segment.WriteAsync(frame.AfterNumber, cancellationToken);
                    await _writer.WriteNumberAsync(HostFrameKind.Credit, job.Id, job.Taken(frame), cancellationToken);
                }
            }

            throw new TranscodeHostException($"The file could not be cut: {_reason}.");
        }
        finally
        {
            Forget(job);
        }
    }
}
