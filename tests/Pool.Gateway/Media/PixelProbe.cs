namespace Pool.Gateway.Media;

/// <summary>
/// Counts a rendition's pixels by decoding it in an ffprobe process (protocol §8.4): never by the code of this repository that counts
/// for the books, so that a mistake there cannot confirm itself.
/// </summary>
public sealed class PixelProbe : IDisposable
{
    private readonly SemaphoreSlim _slots = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Decodes the file and says what is in it; null when ffprobe finds no video in it.</summary>
    public async Task<RenditionFacts?> ProbeAsync(string path, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            var probe = await MediaTool.FfprobeAsync(
                ["-count_frames", "-show_entries", "stream=codec_type,codec_name,profile,level,width,height,nb_read_frames",
                    "-of", "json", MediaTool.Literal(path)],
                background: true, cancellationToken);
            return probe.ExitCode == 0 ? RenditionFacts.Read(probe.Output) : null;
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _slots.Dispose();
}
