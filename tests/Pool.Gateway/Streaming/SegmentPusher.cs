using System.Globalization;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Gateway.Output;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Gateway.Streaming;

/// <summary>How a segment ended.</summary>
/// <param name="RoundTrip">From the first attempt to the last rendition's last byte.</param>
/// <param name="Pixels">Pixels of all renditions, reported and decoded alike.</param>
/// <param name="Attempts">Attempts it took.</param>
/// <param name="Error">Why it failed, or null.</param>
public sealed record SegmentOutcome(TimeSpan RoundTrip, long Pixels, int Attempts, string? Error);

/// <summary>Gets a segment through: attempts, the check of every rendition, and what follows from an error (protocol §4.11, §8.3, §8.4).</summary>
public sealed class SegmentPusher(
    StreamSession session, SegmentExchange exchange, StreamOutput output, PixelProbe probe, string manifestId, TimeProvider time)
{
    /// <summary>The network's word for reported pixels that are not the decoded ones (protocol §8.4).</summary>
    private const string PixelMismatch = "PixelMismatch";

    /// <summary>Sends a segment until it comes back right, its input is at fault, or the attempts are used up.</summary>
    /// <exception cref="IOException">Our own disk failed.</exception>
    public async Task<SegmentOutcome> PushAsync(SourceSegment segment, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var bytes = await File.ReadAllBytesAsync(segment.Path, cancellationToken);
        var errors = new List<string>();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await TransferAsync(segment, bytes, cancellationToken);
                var roundTrip = time.GetElapsedTime(started);
                var facts = await CheckAsync(segment, result, cancellationToken);
                output.Add(segment, facts);
                return new SegmentOutcome(roundTrip, facts.Sum(rendition => rendition.Pixels), attempt, Error: null);
            }
            catch (AttemptException fault)
            {
                output.Discard(segment);
                errors.Add(fault.Message);
                if (!fault.IsInputFault)
                {
                    session.Drop();
                }

                if (fault.IsInputFault || attempt == NetworkTimes.MaxAttempts)
                {
                    return new SegmentOutcome(time.GetElapsedTime(started), 0, attempt, Join(errors));
                }
            }
        }
    }

    /// <summary>What went wrong, in order; the same text twice in a row is said once.</summary>
    internal static string Join(IReadOnlyList<string> errors) =>
        string.Join("; then ", errors.Where((error, index) => index == 0 || error != errors[index - 1]));

    private async Task<TranscodeResult> TransferAsync(SourceSegment segment, byte[] bytes, CancellationToken cancellationToken)
    {
        var terms = await session.TermsAsync(cancellationToken);
        var result = await exchange.SendAsync(terms, manifestId, segment, bytes, cancellationToken);
        session.Adopt(result.Info);
        await Task.WhenAll(result.Data.Segments.Select((rendition, index) =>
            exchange.DownloadAsync(rendition.Url, output.Tracks[index].SegmentPath(segment.Sequence), cancellationToken)));
        return result;
    }

    private Task<RenditionFacts[]> CheckAsync(SourceSegment segment, TranscodeResult result, CancellationToken cancellationToken) =>
        Task.WhenAll(result.Data.Segments.Select((rendition, index) =>
            CheckAsync(output.Tracks[index], segment.Sequence, rendition.Pixels, cancellationToken)));

    private async Task<RenditionFacts> CheckAsync(RenditionTrack track, int sequence, long reported, CancellationToken cancellationToken)
    {
        var facts = await probe.ProbeAsync(track.SegmentPath(sequence), cancellationToken)
            ?? throw new AttemptException($"the rendition {track.Profile} has no video that ffprobe can read");
        return facts.Pixels == reported
            ? facts
            : throw new AttemptException(string.Create(
                CultureInfo.InvariantCulture,
                $"{PixelMismatch}: {track.Profile} was reported with {reported} pixels, decoded it has {facts.Pixels} ({facts.Frames} × {facts.Width} × {facts.Height})"));
    }
}
