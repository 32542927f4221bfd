using Pool.Gateway.Cli;

namespace Pool.Gateway.Media;

/// <summary>
/// Cuts any video into MPEG-TS segments of about 2 s at key frames: as it is where that keeps every frame, else through
/// <see cref="IngestEncoder"/>. Every frame of the source is in exactly one segment, which ffprobe confirms by counting both sides.
/// </summary>
public sealed class Segmenter(string folder, Action<string> say)
{
    /// <summary>
    /// Sources up to this many luma samples (two minutes of 720p30) are counted before the first segment is sent, so that one that
    /// cannot be cut as it is can still be encoded. Larger ones are counted while they stream, and a difference fails the run.
    /// </summary>
    private const long CountFirstSamples = 120L * 30 * 1280 * 720;

    /// <summary>Cuts <paramref name="source"/>.</summary>
    /// <exception cref="UserFaultException">The source cannot be read, cut or encoded.</exception>
    public async Task<CutSource> CutAsync(VideoSource source, CancellationToken cancellationToken)
    {
        var packets = await Splitter.ReadPacketsAsync(source, cancellationToken);
        if (packets.Count == 0)
        {
            throw new UserFaultException($"{source.Path} has a video stream without a single picture.");
        }

        var plan = SegmentPlan.Make(packets, source.TimeBase);
        var obstacle = IngestEncoder.Obstacle(source) ?? plan.Obstacle;
        var countFirst = (long)packets.Count * source.Width * source.Height <= CountFirstSamples;
        var sourceFrames = FrameCount.CountAsync(source.Path, source.VideoIndex, background: !countFirst, cancellationToken);
        if (obstacle is null)
        {
            var segments = await Splitter.SplitAsync(source, plan, folder, cancellationToken);
            var copied = Account(source, segments, note: null, sourceFrames, background: !countFirst, cancellationToken);
            if (!countFirst || await IsCompleteAsync(copied.FrameCheck))
            {
                return copied;
            }

            Clear(segments);
            obstacle = "cut as it is, it would not decode to the same frames";
        }

        return await EncodeAndCutAsync(source, obstacle, sourceFrames, countFirst, cancellationToken);
    }

    private async Task<CutSource> EncodeAndCutAsync(
        VideoSource source, string obstacle, Task<long> sourceFrames, bool countFirst, CancellationToken cancellationToken)
    {
        var note = $"The source is encoded to H.264 with key frames every 2 s on the way in, because {obstacle}.";
        say(note);
        var encoded = Path.Combine(folder, "ingest.ts");
        await IngestEncoder.EncodeAsync(source, encoded, cancellationToken);
        var ingest = await SourceProbe.ProbeAsync(encoded, cancellationToken);
        var plan = SegmentPlan.Make(await Splitter.ReadPacketsAsync(ingest, cancellationToken), ingest.TimeBase);
        if (plan.Obstacle is { } left)
        {
            throw new UserFaultException($"{source.Path} cannot be cut into segments, even encoded afresh: {left}.");
        }

        var segments = await Splitter.SplitAsync(ingest, plan, folder, cancellationToken);
        File.Delete(encoded);
        var cut = Account(source, segments, note, sourceFrames, background: !countFirst, cancellationToken);
        if (countFirst)
        {
            await cut.FrameCheck;
        }

        return cut;
    }

    private static CutSource Account(
        VideoSource source, IReadOnlyList<SourceSegment> segments, string? note, Task<long> sourceFrames, bool background,
        CancellationToken cancellationToken)
    {
        return new CutSource(segments, note, sourceFrames, CheckAsync());

        async Task CheckAsync()
        {
            var inSegments = await FrameCount.CountAllAsync(segments.Select(segment => segment.Path), background, cancellationToken);
            var inSource = await sourceFrames;
            if (inSource != inSegments)
            {
                throw new UserFaultException($"{source.Path} has {inSource} frames, its segments have {inSegments}.");
            }
        }
    }

    private static async Task<bool> IsCompleteAsync(Task frameCheck)
    {
        try
        {
            await frameCheck;
            return true;
        }
        catch (UserFaultException)
        {
            return false;
        }
    }

    private static void Clear(IReadOnlyList<SourceSegment> segments)
    {
        foreach (var segment in segments)
        {
            File.Delete(segment.Path);
        }
    }
}
