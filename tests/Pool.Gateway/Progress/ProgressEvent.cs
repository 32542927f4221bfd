using System.Globalization;
using System.Text.Json.Serialization;
using Pool.Gateway.Media;

namespace Pool.Gateway.Progress;

/// <summary>Something that happened in a run. With <c>--progress json</c> each is an object on a line of its own, <c>event</c> names its kind.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Remark), "remark")]
[JsonDerivedType(typeof(StreamStarted), "streamStarted")]
[JsonDerivedType(typeof(SegmentAnswered), "segmentAnswered")]
[JsonDerivedType(typeof(SegmentFailed), "segmentFailed")]
[JsonDerivedType(typeof(StreamEnded), "streamEnded")]
[JsonDerivedType(typeof(RunSummary), "summary")]
public abstract record ProgressEvent;

/// <summary>A sentence for people, such as why the source is encoded on the way in.</summary>
public sealed record Remark(string Text) : ProgressEvent;

/// <summary>A stream begins.</summary>
/// <param name="Segments">How many it will have; 0 when nobody can know, as with a live source.</param>
/// <param name="MediaSeconds">How long it will play; 0 likewise.</param>
public sealed record StreamStarted(
    string Stream, string ManifestId, int Segments, double MediaSeconds, IReadOnlyList<string> Profiles, string Playlist) : ProgressEvent;

/// <summary>A segment came back right.</summary>
/// <param name="RoundTripMs">From the first attempt to the last byte of the last rendition.</param>
/// <param name="Pixels">Of all renditions, as a decimal string.</param>
/// <param name="MediaSeconds">The segment's duration.</param>
public sealed record SegmentAnswered(
    string Stream, int Sequence, int Attempts, double RoundTripMs, string Pixels, double MediaSeconds) : ProgressEvent
{
    /// <summary>The event of a segment, its figures rounded for people.</summary>
    public static SegmentAnswered Of(string stream, SourceSegment segment, int attempts, TimeSpan roundTrip, long pixels) => new(
        stream, segment.Sequence, attempts, Math.Round(roundTrip.TotalMilliseconds, 1), pixels.ToString(CultureInfo.InvariantCulture),
        Math.Round(segment.Duration.TotalSeconds, 3));
}

/// <summary>A segment was given up.</summary>
public sealed record SegmentFailed(string Stream, int Sequence, int Attempts, string Error) : ProgressEvent;

/// <summary>A stream has ended.</summary>
public sealed record StreamEnded(string Stream, int Sent, int Ok) : ProgressEvent;

/// <summary>The run has ended.</summary>
/// <param name="RealTimeRatio">Seconds of media per stream ÷ seconds it took; 1 keeps up with a camera.</param>
/// <param name="Score">The network's leaderboard score, 0 to 1.</param>
public sealed record RunSummary(
    int Sent, int Ok, double? P50Ms, double? P95Ms, double? MaxMs, double RealTimeRatio, double Score, string Playlist) : ProgressEvent;
