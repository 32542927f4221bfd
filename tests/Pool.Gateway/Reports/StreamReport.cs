using System.Text.Json;
using System.Text.Json.Serialization;
using Pool.Gateway.Progress;

namespace Pool.Gateway.Reports;

/// <param name="Sent">Segments that were sent, over all streams.</param>
/// <param name="Ok">Segments that came back right.</param>
public sealed record SegmentCounts(int Sent, int Ok);

/// <summary>A rendition as it lies on disk.</summary>
/// <param name="Path">The whole rendition in one MPEG-TS file. Absolute.</param>
/// <param name="Playlist">Its media playlist. Absolute.</param>
/// <param name="Width">Real width in pixels.</param>
/// <param name="Height">Real height in pixels.</param>
/// <param name="Frames">Decoded frames.</param>
/// <param name="Pixels">Decoded pixels, a decimal string.</param>
public sealed record RenditionReport(
    string Stream, string Path, string Playlist, string Profile, int Width, int Height, long Frames, string Pixels, int Segments);

/// <param name="Sessions">Sessions it took: 1 unless an error or an old token forced another.</param>
public sealed record StreamSummary(string Name, string ManifestId, int Sent, int Ok, int Sessions);

/// <summary>Round trips in milliseconds; null when nothing came back.</summary>
public sealed record RoundTripReport(double? P50, double? P95, double? Max);

/// <summary>The report of a run, the content of <c>--report</c>.</summary>
/// <param name="Playlist">The first stream's master playlist. Absolute.</param>
/// <param name="Playlists">Every stream's master playlist.</param>
/// <param name="DurationSeconds">From the first segment's sending to the last one's end.</param>
/// <param name="RealTimeRatio">Seconds of media per stream ÷ <paramref name="DurationSeconds"/>.</param>
/// <param name="Score">The network's leaderboard score.</param>
/// <param name="IngestNote">Why the source was encoded on the way in, or null when it was sent as it is.</param>
/// <param name="Errors">A line for everything that was not right, lost segments among it; empty when the run succeeded.</param>
/// <param name="Retried">A line for every segment that came back right, but not at the first attempt.</param>
public sealed record StreamReport(
    SegmentCounts Segments, IReadOnlyList<RenditionReport> Renditions, string Playlist, IReadOnlyList<string> Playlists,
    IReadOnlyList<StreamSummary> Streams, RoundTripReport RoundTripMs, double DurationSeconds, double RealTimeRatio, double Score,
    string? IngestNote, IReadOnlyList<string> Errors, IReadOnlyList<string> Retried)
{
    /// <summary>What was paid; null without an account.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PaymentReport? Payments { get; init; }

    /// <summary>Share of the renditions asked for that came back right, 0 to 1 (received ÷ (profiles × sent)).</summary>
    public double SuccessRate => Segments.Sent == 0 ? 0 : Math.Round((double)Segments.Ok / Segments.Sent, 4);

    /// <summary>Whether every segment came back right and nothing else was wrong.</summary>
    public bool IsGood() => Segments.Sent > 0 && Segments.Sent == Segments.Ok && Errors.Count == 0;

    /// <summary>Writes the report, whole or not at all.</summary>
    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        var full = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full) ?? "/");
        var fresh = full + ".new";
        await File.WriteAllTextAsync(fresh, JsonSerializer.Serialize(this, GatewayJson.Pretty) + "\n", cancellationToken);
        File.Move(fresh, full, overwrite: true);
    }
}
