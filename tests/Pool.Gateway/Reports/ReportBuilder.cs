using Pool.Gateway.Media;
using Pool.Gateway.Output;
using Pool.Gateway.Progress;
using Pool.Gateway.Streaming;

namespace Pool.Gateway.Reports;

/// <summary>What was streamed, for the figures.</summary>
/// <param name="PerStream">How long one stream plays.</param>
/// <param name="AverageSegment">How long a segment plays on average.</param>
/// <param name="IngestNote">Why it was encoded on the way in, or null.</param>
public sealed record StreamedMedia(TimeSpan PerStream, TimeSpan AverageSegment, string? IngestNote)
{
    /// <summary>Of segments that every stream had.</summary>
    public static StreamedMedia Of(IReadOnlyCollection<SourceSegment> segments, string? ingestNote)
    {
        var media = TimeSpan.FromTicks(segments.Sum(segment => segment.Duration.Ticks));
        return new StreamedMedia(media, segments.Count == 0 ? TimeSpan.Zero : media / segments.Count, ingestNote);
    }
}

/// <summary>Puts the outcomes of a run together.</summary>
public static class ReportBuilder
{
    private const double Median = 0.5;
    private const double NinetyFifth = 0.95;

    /// <summary>The report of a run.</summary>
    /// <param name="media">What was streamed.</param>
    /// <param name="streams">What came of each stream, with its output.</param>
    /// <param name="elapsed">From the first segment's sending to the last one's end.</param>
    /// <param name="otherErrors">What else was wrong.</param>
    public static StreamReport Build(
        StreamedMedia media, IReadOnlyList<(StreamOutcome Outcome, StreamOutput Output)> streams, TimeSpan elapsed,
        IEnumerable<string> otherErrors)
    {
        var roundTrips = streams.SelectMany(stream => stream.Outcome.RoundTrips).Select(trip => trip.TotalMilliseconds).ToArray();
        var counts = new SegmentCounts(streams.Sum(stream => stream.Outcome.Sent), streams.Sum(stream => stream.Outcome.Ok));
        var averageTrip = roundTrips.Length == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(roundTrips.Average());
        string[] playlists = [.. streams.Select(stream => stream.Output.MasterPath)];
        return new StreamReport(
            counts,
            [.. streams.SelectMany(stream => stream.Output.Tracks.Select(track => Rendition(stream.Outcome.Name, track)))],
            playlists.FirstOrDefault() ?? "",
            playlists,
            [.. streams.Select(stream => Summarize(stream.Outcome))],
            new RoundTripReport(
                Round(Figures.Percentile(roundTrips, Median)), Round(Figures.Percentile(roundTrips, NinetyFifth)),
                Round(Figures.Percentile(roundTrips, 1))),
            Math.Round(elapsed.TotalSeconds, 3),
            Math.Round(Figures.RealTimeRatio(media.PerStream, elapsed), 3),
            Math.Round(Figures.Score(counts.Sent, counts.Ok, media.AverageSegment, averageTrip), 4),
            media.IngestNote,
            [.. streams.SelectMany(stream => stream.Outcome.Errors), .. otherErrors],
            [.. streams.SelectMany(stream => stream.Outcome.Retries)]);
    }

    /// <summary>The last event of a run.</summary>
    public static RunSummary Summary(StreamReport report) => new(
        report.Segments.Sent, report.Segments.Ok, report.RoundTripMs.P50, report.RoundTripMs.P95, report.RoundTripMs.Max,
        report.RealTimeRatio, report.Score, report.Playlist);

    private static RenditionReport Rendition(string stream, RenditionTrack track) => new(
        stream, track.WholePath, track.PlaylistPath, track.Profile, track.Width, track.Height, track.Frames, track.Pixels.ToString(),
        track.Segments);

    private static StreamSummary Summarize(StreamOutcome outcome) =>
        new(outcome.Name, outcome.ManifestId, outcome.Sent, outcome.Ok, outcome.Sessions);

    private static double? Round(double? milliseconds) => milliseconds is { } value ? Math.Round(value, 1) : null;
}
