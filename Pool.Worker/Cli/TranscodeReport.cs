using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pool.Worker.Cli;

/// <summary>What <c>pool-worker transcode</c> did, as <c>--json</c> prints it.</summary>
/// <param name="Device">The device that transcoded.</param>
/// <param name="Input">The video. Absolute path.</param>
/// <param name="MediaSeconds">Its length.</param>
/// <param name="Seconds">Time from the first byte read to the last byte written, all streams.</param>
/// <param name="RealTimeRatio">Seconds of video per second, all streams together.</param>
/// <param name="Streams">The streams, which differ only in their folders.</param>
internal sealed partial record TranscodeReport(
    string Device, string Input, double MediaSeconds, double Seconds, double RealTimeRatio, IReadOnlyList<TranscodedStream> Streams)
{
    private static readonly JsonContext s_json = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The report as <c>--json</c> prints it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json.TranscodeReport);

    [JsonSerializable(typeof(TranscodeReport))]
    private sealed partial class JsonContext : JsonSerializerContext;
}

/// <param name="Segments">Its segments, in order.</param>
/// <param name="Renditions">Its renditions, in the order of the profiles.</param>
internal sealed record TranscodedStream(IReadOnlyList<TranscodedSegment> Segments, IReadOnlyList<TranscodedRendition> Renditions);

/// <param name="Bytes">Size of the segment.</param>
/// <param name="MediaSeconds">Length of the segment.</param>
/// <param name="Frames">Frames decoded.</param>
/// <param name="Milliseconds">From the segment's last byte in hand to the last rendition complete.</param>
internal sealed record TranscodedSegment(long Bytes, double MediaSeconds, long Frames, double Milliseconds);

/// <param name="Profile">Name of the profile.</param>
/// <param name="Bytes">Size of all files together.</param>
/// <param name="Paths">Its files, in order: one for a whole MPEG-TS, one per segment for MP4. Absolute.</param>
internal sealed record TranscodedRendition(string Profile, long Bytes, IReadOnlyList<string> Paths);
