using Pool.Shared.Media;

namespace Pool.Shared.Livepeer;

/// <summary>A profile between the wire and our own words (protocol §2.4, VideoProfile).</summary>
public static class ProfileWire
{
    /// <summary>The network's words for a container that does not exist.</summary>
    public const string UnrecognizedFormat = "unrecognized profile output format";

    /// <summary>The network's words for an H.264 profile that does not exist.</summary>
    public const string UnrecognizedEncoderProfile = "unrecognized encoder profile";

    /// <summary>The network's words for a codec that does not exist.</summary>
    public const string UnrecognizedCodec = "unrecognized video codec";

    /// <summary>What is wrong with a profile from the wire, in the network's words, or null when it can be read.</summary>
    public static string? FaultOf(Wire.VideoProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (!Enum.IsDefined((Container)(int)profile.Format))
        {
            return UnrecognizedFormat;
        }

        if (!Enum.IsDefined((EncoderProfile)(int)profile.Profile))
        {
            return UnrecognizedEncoderProfile;
        }

        return Enum.IsDefined((VideoCodec)(int)profile.Encoder) ? null : UnrecognizedCodec;
    }

    /// <summary>Reads a profile. A missing name becomes <c>net_{width}x{height}_{bitrate}</c>; colour fields are taken as sent.</summary>
    /// <exception cref="ArgumentException">The profile has a fault (<see cref="FaultOf"/>).</exception>
    public static VideoProfile FromWire(Wire.VideoProfile profile)
    {
        if (FaultOf(profile) is { } fault)
        {
            throw new ArgumentException(fault, nameof(profile));
        }

        return new VideoProfile
        {
            Name = profile.Name.Length > 0 ? profile.Name : $"net_{DimensionsOf(profile.Width, profile.Height, profile.Bitrate)}",
            Width = profile.Width,
            Height = profile.Height,
            BitrateBps = profile.Bitrate,
            FrameRateNumerator = profile.Fps,
            FrameRateDenominator = profile.FpsDen,
            Container = (Container)(int)profile.Format,
            Codec = (VideoCodec)(int)profile.Encoder,
            EncoderProfile = (EncoderProfile)(int)profile.Profile,
            GopMilliseconds = profile.Gop,
            ColorDepth = profile.ColorDepth,
            ChromaFormat = (ChromaFormat)(int)profile.ChromaFormat,
            Quality = profile.Quality,
        };
    }

    /// <summary>Writes a profile. A missing name becomes <c>ffmpeg_{width}x{height}_{bitrate}</c>, as gateways do.</summary>
    public static Wire.VideoProfile ToWire(VideoProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return new Wire.VideoProfile
        {
            Name = profile.Name.Length > 0 ? profile.Name : $"ffmpeg_{DimensionsOf(profile.Width, profile.Height, profile.BitrateBps)}",
            Width = profile.Width,
            Height = profile.Height,
            Bitrate = profile.BitrateBps,
            Fps = profile.FrameRateNumerator,
            FpsDen = profile.FrameRateDenominator,
            Format = (Wire.VideoProfile.Types.Format)(int)profile.Container,
            Encoder = (Wire.VideoProfile.Types.VideoCodec)(int)profile.Codec,
            Profile = (Wire.VideoProfile.Types.Profile)(int)profile.EncoderProfile,
            Gop = profile.GopMilliseconds,
            ColorDepth = profile.ColorDepth,
            ChromaFormat = (Wire.VideoProfile.Types.ChromaSubsampling)(int)profile.ChromaFormat,
            Quality = profile.Quality,
        };
    }

    /// <summary>The part that all of the network's default names share.</summary>
    internal static string DimensionsOf(int width, int height, int bitrateBps) => $"{width}x{height}_{bitrateBps}";
}
