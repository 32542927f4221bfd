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

    /// <summary>A line for every segment that came back right, but not at the first attempt.</summary>
    public IReadOnlyList<string> Retries { get; init; } = [];
}

/// <summary>One stream from its first segment to its last.</summary>
public sealed class StreamRun(
    string name, IReadOnlyList<OrchestratorClient> orchestrators, SegmentExchange exchange, StreamOutput output, PixelProbe probe, IProgressSink progress,
    TimeProvider time)
{
    private const int ManifestIdBytes = 8;

    /// <summary>Sends the segments in order, one at a time, and finishes the output.</summary>
    public async Task<StreamOutcome> RunAsync(StreamSource source, Pace pace, CancellationToken cancellationToken)
    {
        var manifestId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(ManifestIdBytes));
        using var sessions = new SessionPool(orchestrators, time);
        var pusher = new SegmentPusher(sessions, exchange, output, probe, manifestId, time);
        progress.Report(new StreamStarted(
            name, manifestId, source.KnownSegments, Math.Round(source.KnownMedia.TotalSeconds, 3),
            [.. output.Tracks.Select(track => track.Profile)], output.MasterPath));
        var roundTrips = new List<TimeSpan>();
        var (errors, retries) = (new List<string>(), new List<string>());
        var sent = 0;
        try
        {
            var started = time.GetTimestamp();
            await foreach (var segment in source.ReadAsync(cancellationToken))
            {
                await Task.Delay(Pacing.Wait(pace, segment, time.GetElapsedTime(started)), time, cancellationToken);
                sent++;
                var outcome = await pusher.PushAsync(segment, cancellationToken);
                Account(segment, outcome, roundTrips, errors, retries);
            }
        }
        finally
        {
            await sessions.EndAsync(CancellationToken.None);
        }

        await output.FinishAsync(cancellationToken);
        progress.Report(new StreamEnded(name, sent, roundTrips.Count));
        return new StreamOutcome(name, manifestId, sent, roundTrips, sessions.Opened, errors) { Retries = retries };
    }

    private void Account(
        SourceSegment segment, SegmentOutcome outcome, List<TimeSpan> roundTrips, List<string> errors, List<string> retries)
    {
        if (outcome.LossOf(name, segment.Sequence) is { } loss)
        {
            errors.Add(loss);
            progress.Report(new SegmentFailed(name, segment.Sequence, outcome.Attempts, outcome.Error ?? loss));
            return;
        }

        if (outcome.RetryOf(name, segment.Sequence) is { } retry)
        {
            retries.Add(retry);
        }

        roundTrips.Add(outcome.RoundTrip);
        progress.Report(SegmentAnswered.Of(name, segment, outcome.Attempts, outcome.RoundTrip, outcome.Pixels));
    }
}
