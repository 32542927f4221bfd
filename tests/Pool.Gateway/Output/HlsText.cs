using System.Globalization;
using System.Text;

namespace Pool.Gateway.Output;

/// <summary>A segment in a media playlist.</summary>
/// <param name="Sequence">Its number in the stream.</param>
/// <param name="File">Name of its file beside the playlist.</param>
/// <param name="Duration">How long it plays.</param>
public sealed record HlsSegment(int Sequence, string File, TimeSpan Duration);

/// <summary>A rendition in a master playlist.</summary>
/// <param name="Playlist">Its media playlist, relative to the master.</param>
/// <param name="BandwidthBps">Highest bit rate of any of its segments.</param>
/// <param name="Width">Real width in pixels.</param>
/// <param name="Height">Real height in pixels.</param>
/// <param name="Codecs">As RFC 6381 writes them, or null when one of them is unknown.</param>
public sealed record HlsVariant(string Playlist, long BandwidthBps, int Width, int Height, string? Codecs);

/// <summary>Writes HLS playlists (RFC 8216).</summary>
public static class HlsText
{
    /// <summary>Version of the format: 3 is the lowest with fractions of seconds.</summary>
    private const int Version = 3;

    /// <summary>A media playlist; a segment that is missing leaves a discontinuity.</summary>
    /// <param name="segments">The segments so far, in order.</param>
    /// <param name="isEnded">Whether no more will come.</param>
    public static string Media(IReadOnlyList<HlsSegment> segments, bool isEnded)
    {
        var longest = segments.Count == 0 ? 1 : segments.Max(segment => segment.Duration.TotalSeconds);
        var text = new StringBuilder("#EXTM3U\n")
            .Append(CultureInfo.InvariantCulture, $"#EXT-X-VERSION:{Version}\n")
            .Append(CultureInfo.InvariantCulture, $"#EXT-X-TARGETDURATION:{Math.Max(1, (int)Math.Ceiling(longest))}\n")
            .Append("#EXT-X-MEDIA-SEQUENCE:0\n")
            .Append("#EXT-X-PLAYLIST-TYPE:EVENT\n");
        var expected = 0;
        foreach (var segment in segments)
        {
            if (segment.Sequence != expected)
            {
                text.Append("#EXT-X-DISCONTINUITY\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"#EXTINF:{segment.Duration.TotalSeconds:0.000###},\n{segment.File}\n");
            expected = segment.Sequence + 1;
        }

        return isEnded ? text.Append("#EXT-X-ENDLIST\n").ToString() : text.ToString();
    }

    /// <summary>A master playlist, the variants in the order of the profiles.</summary>
    public static string Master(IReadOnlyList<HlsVariant> variants)
    {
        var text = new StringBuilder("#EXTM3U\n").Append(CultureInfo.InvariantCulture, $"#EXT-X-VERSION:{Version}\n");
        foreach (var variant in variants)
        {
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-STREAM-INF:BANDWIDTH={variant.BandwidthBps}")
                .Append(CultureInfo.InvariantCulture, $",RESOLUTION={variant.Width}x{variant.Height}");
            if (variant.Codecs is { } codecs)
            {
                text.Append(CultureInfo.InvariantCulture, $",CODECS=\"{codecs}\"");
            }

            text.Append(CultureInfo.InvariantCulture, $"\n{variant.Playlist}\n");
        }

        return text.ToString();
    }
}
