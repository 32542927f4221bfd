namespace Pool.Worker.Transcoding.Host;

/// <summary>The segments of the host's file, each asked for when it is wanted.</summary>
internal sealed class HostSegmentSource(HostLink link, string file, HostCut cut) : ISegmentSource
{
    private readonly MemoryStream _bytes = new();

    /// <inheritdoc/>
    public async ValueTask<SourceSegment?> NextAsync(CancellationToken cancellationToken)
    {
        _bytes.SetLength(0);
        HostOutcome outcome;
        try
        {
            outcome = await link.CutAsync(cut, _bytes, cancellationToken);
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

        _bytes.Position = 0;
        return _bytes.Length == 0 ? null : new SourceSegment(_bytes, TimeSpan.FromSeconds(outcome.MediaSeconds));
    }

    public void Dispose() => _bytes.Dispose();
}
