using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pool.Gateway.Streaming;

/// <summary>What a run gave, as JSON for tools. Pixels are decimal strings.</summary>
public sealed record RunReport
{
    public required SegmentCounts Segments { get; init; }

    public required IReadOnlyList<RenditionReport> Renditions { get; init; }

    /// <summary>Absolute path of the first stream's master playlist.</summary>
    public required string Playlist { get; init; }

    public required IReadOnlyList<string> Playlists { get; init; }

    public required RoundTrips RoundTripMs { get; init; }

    public required double DurationSeconds { get; init; }

    /// <summary>Seconds of media for each second of the clock, of each stream.</summary>
    public required double RealTimeRatio { get; init; }

    /// <summary>The network's leaderboard score: success rate × (1 − e^(−segment duration ÷ round trip)).</summary>
    public required double Score { get; init; }

    /// <summary>Why the source was encoded on the way in, or null when it was sent as it is.</summary>
    public string? IngestNote { get; init; }

    public required IReadOnlyList<string> Errors { get; init; }

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static RunReport Of(IReadOnlyList<StreamResult> streams, string? ingestNote, IReadOnlyList<string> errors)
    {
        var trips = streams.SelectMany(stream => stream.RoundTripsMs).Order().ToList();
        var (sent, ok) = (streams.Sum(stream => stream.Sent), streams.Sum(stream => stream.Ok));
        var media = streams.Sum(stream => stream.Media.TotalSeconds);
        var segmentSeconds = sent == 0 ? 0 : media / sent;
        var meanTrip = trips.Count == 0 ? double.PositiveInfinity : trips.Average() / 1000;
        return new RunReport
        {
            Segments = new SegmentCounts(sent, ok),
            Renditions = [.. streams.SelectMany(stream => stream.Renditions.Select(rendition => RenditionReport.Of(stream.Stream, rendition)))],
            Playlist = streams[0].MasterPath,
            Playlists = [.. streams.Select(stream => stream.MasterPath)],
            RoundTripMs = new RoundTrips(At(trips, 0.5), At(trips, 0.95), trips.Count == 0 ? 0 : trips[^1]),
            DurationSeconds = Math.Round(streams.Max(stream => stream.Wall.TotalSeconds), 3),
            RealTimeRatio = Math.Round(streams.Min(stream => stream.Media / stream.Wall), 3),
            Score = Math.Round((sent == 0 ? 0 : (double)ok / sent) * (1 - Math.Exp(-segmentSeconds / meanTrip)), 4),
            IngestNote = ingestNote,
            Errors = errors,
        };
    }

    private static double At(List<double> sorted, double share) =>
        sorted.Count == 0 ? 0 : Math.Round(sorted[(int)Math.Min(sorted.Count - 1, Math.Ceiling(share * sorted.Count) - 1)], 1);
}

public sealed record SegmentCounts(int Sent, int Ok);

public sealed record RoundTrips(double P50, double P95, double Max);

/// <param name="Path">Absolute path of the whole rendition in one file.</param>
public sealed record RenditionReport(string Stream, string Path, string Playlist, string Profile, int Width, int Height, long Frames, string Pixels, int Segments)
{
    public static RenditionReport Of(string stream, RenditionOutput rendition) => new(
        stream, rendition.WholePath, rendition.PlaylistPath, rendition.Profile, rendition.Facts?.Width ?? 0, rendition.Facts?.Height ?? 0,
        rendition.Frames, rendition.Pixels.ToString(), rendition.Segments);
}
