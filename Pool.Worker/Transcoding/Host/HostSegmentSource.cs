namespace Pool.Worker.Transcoding.Host;

/// <summary>The segments of the host's file, each asked for when it is wanted.</summary>
internal sealed class HostSegmentSource(HostLink link, string file, HostCut cut) : ISegmentSource
{
    /// <summary>One is read by the caller while the other is filled.</summary>
    private (MemoryStream Filled, MemoryStream Read) _bytes = (new MemoryStream(), new MemoryStream());

    /// <inheritdoc/>
    public async ValueTask<SourceSegment?> NextAsync(CancellationToken cancellationToken)
    {
        _bytes = (_bytes.Read, _bytes.Filled);
        var bytes = _bytes.Filled;
        bytes.SetLength(0);
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

        bytes.Position = 0;
        return bytes.Length == 0 ? null : new SourceSegment(bytes, TimeSpan.FromSeconds(outcome.MediaSeconds));
    }

    public void Dispose()
    {
        _bytes.Filled.Dispose();
        _bytes.Read.Dispose();
    }
}
