using System.Globalization;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Gateway.Output;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Gateway.Streaming;

/// <summary>Why a segment failed, as far as a gateway's own answer depends on it (protocol §8.6).</summary>
public enum SegmentFailure
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>The input is at fault.</summary>
    Input,

    /// <summary>There was no orchestrator to send it to.</summary>
    NoSession,

    /// <summary>All attempts failed.</summary>
    Attempts,
}

/// <summary>How a segment ended.</summary>
/// <param name="RoundTrip">From the first attempt to the last rendition's last byte.</param>
/// <param name="Pixels">Pixels of all renditions, reported and decoded alike.</param>
/// <param name="Attempts">Attempts it took.</param>
/// <param name="Error">Why it failed, or null.</param>
public sealed record SegmentOutcome(TimeSpan RoundTrip, long Pixels, int Attempts, string? Error)
{
    /// <summary>What kind of failure the error is.</summary>
    public SegmentFailure Failure { get; init; }

    /// <summary>Why the attempts before the good one failed, or null when there were none.</summary>
    public string? Before { get; init; }

    /// <summary>The report's line of a segment that did not come back; null of any other.</summary>
    public string? LossOf(string stream, int sequence) => Error is { } error ? $"{stream}, segment {sequence}: {error}" : null;

    /// <summary>The report's line of a segment that came back, but not at the first attempt; null of any other.</summary>
    public string? RetryOf(string stream, int sequence) =>
        Before is { } before ? $"{stream}, segment {sequence}: back at attempt {Attempts}, before that {before}" : null;
}

/// <summary>Gets a segment through: attempts, the check of every rendition, and what follows from an error (protocol §4.11, §8.3, §8.4).</summary>
public sealed class SegmentPusher(
    SessionPool sessions, SegmentExchange exchange, StreamOutput output, PixelProbe probe, string manifestId, TimeProvider time)
{
    /// <summary>The network's word for reported pixels that are not the decoded ones (protocol §8.4).</summary>
    private const string PixelMismatch = "PixelMismatch";

    /// <summary>The network's word for a result whose signature is not the orchestrator's (protocol §8.4).</summary>
    private const string SignatureFault = "PM Check Failed";

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
                var (roundTrip, pixels) = await AttemptAsync(segment, bytes, started, cancellationToken);
                return new SegmentOutcome(roundTrip, pixels, attempt, Error: null) { Before = errors.Count > 0 ? Join(errors) : null };
            }
            catch (AttemptException fault)
            {
                errors.Add(fault.Message);
                if (fault.IsInputFault || attempt == NetworkTimes.MaxAttempts)
                {
                    return new SegmentOutcome(time.GetElapsedTime(started), 0, attempt, Join(errors)) { Failure = KindOf(fault) };
                }
            }
        }
    }

    /// <summary>What went wrong, in order; the same text twice in a row is said once.</summary>
    internal static string Join(IReadOnlyList<string> errors) =>
        string.Join("; then ", errors.Where((error, index) => index == 0 || error != errors[index - 1]));

    private static SegmentFailure KindOf(AttemptException fault) => fault switch
    {
        { IsInputFault: true } => SegmentFailure.Input,
        { IsWithoutSession: true } => SegmentFailure.NoSession,
        _ => SegmentFailure.Attempts,
    };

    private async Task<(TimeSpan RoundTrip, long Pixels)> AttemptAsync(
        SourceSegment segment, byte[] bytes, long started, CancellationToken cancellationToken)
    {
        var lease = await sessions.TakeAsync(segment.Duration, cancellationToken);
        var pending = output.Begin();
        try
        {
            var result = await exchange.SendAsync(lease.Terms, manifestId, segment, bytes, cancellationToken);
            await Task.WhenAll(result.Data.Segments.Select((rendition, index) =>
                exchange.DownloadAsync(rendition.Url, pending.Files[index], cancellationToken)));
            if (!exchange.IsSigned(lease.Terms, result.Data, pending.Files))
            {
                throw new AttemptException(SignatureFault);
            }

            var roundTrip = time.GetElapsedTime(started);
            sessions.Complete(lease, result.Info);
            var facts = await CheckAsync(pending, result, cancellationToken);
            output.Add(segment, pending, facts);
            return (roundTrip, facts.Sum(rendition => rendition.Pixels));
        }
        catch (AttemptException fault)
        {
            sessions.GiveUp(lease, fault);
            throw;
        }
        catch
        {
            // Cancelled, or our own disk: nobody out there is to blame.
            sessions.Release(lease);
            throw;
        }
        finally
        {
            // Gone already when all went well: the files have moved.
            pending.Discard();
        }
    }

    private Task<RenditionFacts[]> CheckAsync(PendingSegment pending, TranscodeResult result, CancellationToken cancellationToken) =>
        Task.WhenAll(result.Data.Segments.Select((rendition, index) =>
            CheckAsync(output.Tracks[index].Profile, pending.Files[index], rendition.Pixels, cancellationToken)));

    private async Task<RenditionFacts> CheckAsync(string profile, string file, long reported, CancellationToken cancellationToken)
    {
        var facts = await probe.ProbeAsync(file, cancellationToken)
            ?? throw new AttemptException($"the rendition {profile} has no video that ffprobe can read");
        return facts.Pixels == reported
            ? facts
            : throw new AttemptException(string.Create(
                CultureInfo.InvariantCulture,
                $"{PixelMismatch}: {profile} was reported with {reported} pixels, decoded it has {facts.Pixels} ({facts.Frames} × {facts.Width} × {facts.Height})"));
    }
}
