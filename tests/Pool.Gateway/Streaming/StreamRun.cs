using System.Security.Cryptography;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Gateway.Output;
using Pool.Gateway.Progress;

namespace Pool.Gateway.Streaming;

/// <summary>What came of a stream.</summary>
/// <param name="Name">Its name, which is its folder's.</param>
/// <param name="ManifestId">Its id on the network.</param>
/// <param name="Sent">Segments that were sent.</param>
/// <param name="RoundTrips">Round trip of every segment that came back right.</param>
/// <param name="Sessions">Sessions it took.</param>
/// <param name="Errors">A line for every segment that did not come back right.</param>
public sealed record StreamOutcome(
    string Name, string ManifestId, int Sent, IReadOnlyList<TimeSpan> RoundTrips, int Sessions, IReadOnlyList<string> Errors)
{
    /// <summary>Segments that came back right.</summary>
    public int Ok => RoundTrips.Count;
}

/// <summary>One stream from its first segment to its last.</summary>
public sealed class StreamRun(
    string name, OrchestratorClient orchestrator, SegmentExchange exchange, StreamOutput output, PixelProbe probe, IProgressSink progress,
    TimeProvider time)
{
    private const int ManifestIdBytes = 8;

    /// <summary>Sends the segments in order, one at a time, and finishes the output.</summary>
    public async Task<StreamOutcome> RunAsync(IReadOnlyList<SourceSegment> segments, Pace pace, CancellationToken cancellationToken)
    {
        var manifestId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(ManifestIdBytes));
        var session = new StreamSession(orchestrator, time);
        var pusher = new SegmentPusher(session, exchange, output, probe, manifestId, time);
        var media = TimeSpan.FromTicks(segments.Sum(segment => segment.Duration.Ticks));
        progress.Report(new StreamStarted(
            name, manifestId, segments.Count, media.TotalSeconds, [.. output.Tracks.Select(track => track.Profile)], output.MasterPath));
        var roundTrips = new List<TimeSpan>();
        var errors = new List<string>();
        try
        {
            var started = time.GetTimestamp();
            foreach (var segment in segments)
            {
                await Task.Delay(Pacing.Wait(pace, segment, time.GetElapsedTime(started)), time, cancellationToken);
                var outcome = await pusher.PushAsync(segment, cancellationToken);
                Account(segment, outcome, roundTrips, errors);
            }
        }
        finally
        {
            await session.EndAsync(CancellationToken.None);
        }

        await output.FinishAsync(cancellationToken);
        progress.Report(new StreamEnded(name, segments.Count, roundTrips.Count));
        return new StreamOutcome(name, manifestId, segments.Count, roundTrips, session.Opened, errors);
    }

    private void Account(SourceSegment segment, SegmentOutcome outcome, List<TimeSpan> roundTrips, List<string> errors)
    {
        if (outcome.Error is { } error)
        {
            errors.Add($"{name}, segment {segment.Sequence}: {error}");
            progress.Report(new SegmentFailed(name, segment.Sequence, outcome.Attempts, error));
            return;
        }

        roundTrips.Add(outcome.RoundTrip);
        progress.Report(new SegmentAnswered(
            name, segment.Sequence, outcome.Attempts, Math.Round(outcome.RoundTrip.TotalMilliseconds, 1), outcome.Pixels.ToString(),
            Math.Round(segment.Duration.TotalSeconds, 3)));
    }
}
