using System.Globalization;
using System.Text.Json;

namespace Pool.Gateway.Progress;

/// <summary>Takes what happens in a run; streams report at the same time.</summary>
public interface IProgressSink
{
    /// <summary>Reports an event.</summary>
    void Report(ProgressEvent progress);
}

/// <summary>The JSON of events and of the report.</summary>
public static class GatewayJson
{
    /// <summary>One object on one line.</summary>
    public static JsonSerializerOptions Line { get; } = new(JsonSerializerDefaults.Web);

    /// <summary>A file for people and scripts.</summary>
    public static JsonSerializerOptions Pretty { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}

/// <summary>One JSON object per line, for programs.</summary>
public sealed class JsonProgress(TextWriter writer) : IProgressSink
{
    private readonly Lock _lock = new();

    /// <inheritdoc />
    public void Report(ProgressEvent progress)
    {
        lock (_lock)
        {
            writer.WriteLine(JsonSerializer.Serialize(progress, GatewayJson.Line));
            writer.Flush();
        }
    }
}

/// <summary>Readable lines, for people.</summary>
public sealed class PlainProgress(TextWriter writer) : IProgressSink
{
    private readonly Lock _lock = new();

    /// <inheritdoc />
    public void Report(ProgressEvent progress)
    {
        lock (_lock)
        {
            writer.WriteLine(Text(progress));
            writer.Flush();
        }
    }

    /// <summary>An event in words.</summary>
    public static string Text(ProgressEvent progress) => progress switch
    {
        Remark remark => remark.Text,
        StreamStarted { Segments: 0 } live => $"{live.Stream}: live, profiles {string.Join(", ", live.Profiles)}",
        StreamStarted started => string.Create(
            CultureInfo.InvariantCulture,
            $"{started.Stream}: {started.Segments} segments, {started.MediaSeconds:0.0} s, profiles {string.Join(", ", started.Profiles)}"),
        SegmentAnswered answered => string.Create(
            CultureInfo.InvariantCulture,
            $"{answered.Stream}: segment {answered.Sequence} back after {answered.RoundTripMs:0} ms, {answered.Pixels} pixels{Attempts(answered.Attempts)}"),
        SegmentFailed failed => $"{failed.Stream}: segment {failed.Sequence} failed{Attempts(failed.Attempts)}: {failed.Error}",
        StreamEnded ended => $"{ended.Stream}: {ended.Ok} of {ended.Sent} segments came back right",
        RunSummary summary => Summary(summary),
        _ => progress.ToString(),
    };

    private static string Attempts(int attempts) => attempts == 1 ? "" : $" ({attempts} attempts)";

    private static string Summary(RunSummary summary) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {summary.Ok} of {summary.Sent} segments came back right ({Share(summary):0.0} %)
        round trip: {Milliseconds(summary.P50Ms)} (median), {Milliseconds(summary.P95Ms)} (95 %), {Milliseconds(summary.MaxMs)} (longest)
        real-time ratio {summary.RealTimeRatio:0.00}, leaderboard score {summary.Score:0.000}
        playlist: {summary.Playlist}
        """);

    private static double Share(RunSummary summary) => summary.Sent == 0 ? 0 : 100.0 * summary.Ok / summary.Sent;

    private static string Milliseconds(double? value) =>
        value is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number:0} ms") : "none";
}
