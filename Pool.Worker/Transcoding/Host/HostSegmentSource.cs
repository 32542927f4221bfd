namespace Pool.Worker.Transcoding.Host;

/// <summary>The segments of the host's file, each asked for when it is wanted.</summary>
internal sealed class HostSegmentSource(HostLink link, string file, HostCut cut) : ISegmentSource
{
    /// <inheritdoc/>
    public async ValueTask<SourceSegment?> NextAsync(CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        HostOutcome outcome;
        try
        {
            outcome = await link.CutAsync(cut, bytes, cancellationToken);
        }
        catch (Exception broken) when (broken is TranscodeHostException or HostBrokenException)
        {
            throw new SegmentSourceException($"{file} could not be cut: {broken.Message}");
        }

        if (outcome.InputFault is not null)
        {
            throw new SegmentSourceException($"{file} is no video in MPEG-TS, MP4, Matroska or FLV");
        }

        if (outcome.Failure is { } failure)
        {
            throw new SegmentSourceException($"{file} cannot be read: {failure}");
        }

        return bytes.Length == 0
            ? null
            : new SourceSegment(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), TimeSpan.FromSeconds(outcome.MediaSeconds));
    }
}
