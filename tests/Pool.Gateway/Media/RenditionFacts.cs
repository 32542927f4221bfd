using System.Text.Json;
using static Pool.Gateway.Media.ProbeJson;

namespace Pool.Gateway.Media;

/// <summary>What ffprobe finds in a rendition of a segment when it decodes it.</summary>
/// <param name="Width">Real width in pixels, cropping included.</param>
/// <param name="Height">Real height in pixels, cropping included.</param>
/// <param name="Frames">Decoded frames.</param>
/// <param name="VideoCodec">As FFmpeg names it.</param>
/// <param name="VideoProfile">As FFmpeg names it, or null.</param>
/// <param name="VideoLevel">As the stream writes it, e.g. 31; 0 when unknown.</param>
/// <param name="AudioCodec">As FFmpeg names it, or null without audio.</param>
/// <param name="AudioProfile">As FFmpeg names it, or null.</param>
public sealed record RenditionFacts(
    int Width, int Height, long Frames, string VideoCodec, string? VideoProfile, int VideoLevel, string? AudioCodec, string? AudioProfile)
{
    /// <summary>Encoded output pixels: what the network pays for (protocol §4.8).</summary>
    public long Pixels => checked(Frames * Width * Height);

    /// <summary>Reads ffprobe's JSON; null when there is no video stream in it.</summary>
    public static RenditionFacts? Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var streams = Streams(document);
        var video = streams.FirstOrDefault(stream => IsType(stream, "video"));
        var audio = streams.FirstOrDefault(stream => IsType(stream, "audio"));
        if (video.ValueKind == JsonValueKind.Undefined)
        {
            return null;
        }

        var hasAudio = audio.ValueKind != JsonValueKind.Undefined;
        return new RenditionFacts(
            Number(video, "width"),
            Number(video, "height"),
            long.TryParse(Text(video, "nb_read_frames"), out var frames) ? frames : 0,
            Text(video, "codec_name") ?? "unknown",
            Text(video, "profile"),
            Number(video, "level"),
            hasAudio ? Text(audio, "codec_name") : null,
            hasAudio ? Text(audio, "profile") : null);
    }
}
