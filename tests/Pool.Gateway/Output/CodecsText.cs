using Pool.Gateway.Media;

namespace Pool.Gateway.Output;

/// <summary>Names codecs as players expect them in playlists (RFC 6381).</summary>
public static class CodecsText
{
    /// <summary>The names for a rendition, or null when one of its codecs has none here: players then look for themselves.</summary>
    public static string? Of(RenditionFacts facts)
    {
        if (Video(facts) is not { } video)
        {
            return null;
        }

        return facts.AudioCodec is null ? video : Audio(facts) is { } audio ? $"{video},{audio}" : null;
    }

    /// <summary>Profile and constraint flags as FFmpeg's names imply them, then the level.</summary>
    private static string? Video(RenditionFacts facts)
    {
        var profile = facts.VideoProfile switch
        {
            "Constrained Baseline" => "42E0",
            "Baseline" => "4200",
            "Main" => "4D40",
            "High" => "6400",
            _ => null,
        };
        return facts is { VideoCodec: "h264", VideoLevel: > 0 } && profile is not null ? $"avc1.{profile}{facts.VideoLevel:X2}" : null;
    }

    private static string? Audio(RenditionFacts facts) => (facts.AudioCodec, facts.AudioProfile) switch
    {
        ("aac", "LC") => "mp4a.40.2",
        ("aac", "HE-AAC") => "mp4a.40.5",
        ("mp3", _) => "mp4a.40.34",
        ("ac3", _) => "ac-3",
        _ => null,
    };
}
