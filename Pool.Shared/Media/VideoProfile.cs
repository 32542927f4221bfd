namespace Pool.Shared.Media;

/// <summary>Container of a rendition. Numbers are the wire's (protocol §2.4, VideoProfile.format).</summary>
public enum Container
{
    MpegTs = 0,
    Mp4 = 1,
}

/// <summary>Codec of a rendition. Numbers are the wire's (protocol §2.4, VideoProfile.encoder).</summary>
public enum VideoCodec
{
    H264 = 0,
    Hevc = 1,
    Vp8 = 2,
    Vp9 = 3,
}

/// <summary>H.264 profile of a rendition. Numbers are the wire's (protocol §2.4, VideoProfile.profile).</summary>
public enum EncoderProfile
{
    Default = 0,
    H264Baseline = 1,
    H264Main = 2,
    H264High = 3,
    H264ConstrainedHigh = 4,
}

/// <summary>Chroma subsampling that was asked for. Numbers are the wire's; stock orchestrators ignore it.</summary>
public enum ChromaFormat
{
    Chroma420 = 0,
    Chroma422 = 1,
    Chroma444 = 2,
}

/// <summary>A profile: one rendition as the gateway asks for it (protocol §2.4, VideoProfile).</summary>
/// <remarks>
/// Width and height are the box that was asked for; what is encoded keeps the input's aspect ratio (protocol §7.6),
/// so a rendition's real dimensions are read from the rendition, never from here.
/// </remarks>
public sealed record VideoProfile
{
    /// <summary>Value of <see cref="GopMilliseconds"/> that asks for key frames only.</summary>
    public const int IntraOnlyGop = -1;

    /// <summary>Name of the rendition, chosen by the gateway: any text, never a path of ours.</summary>
    public required string Name { get; init; }

    /// <summary>Width asked for, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height asked for, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Bits per second; the cap when <see cref="Quality"/> is set.</summary>
    public required int BitrateBps { get; init; }

    /// <summary>Numerator of the frame rate, in frames per second; 0 passes the input's frames through.</summary>
    public uint FrameRateNumerator { get; init; }

    /// <summary>Denominator of the frame rate as sent; 0 means 1 but is a different job to the wire's field choice.</summary>
    public uint FrameRateDenominator { get; init; }

    /// <summary>Container of the rendition.</summary>
    public Container Container { get; init; }

    /// <summary>Codec of the rendition.</summary>
    public VideoCodec Codec { get; init; }

    /// <summary>H.264 profile; <see cref="Media.EncoderProfile.Default"/> leaves it to the encoder.</summary>
    public EncoderProfile EncoderProfile { get; init; }

    /// <summary>Group of pictures in milliseconds; 0 is the encoder's default, −1 is <see cref="IntraOnlyGop"/>.</summary>
    public int GopMilliseconds { get; init; }

    /// <summary>Bits per sample minus 8, as sent.</summary>
    public int ColorDepth { get; init; }

    /// <summary>Chroma subsampling, as sent.</summary>
    public ChromaFormat ChromaFormat { get; init; }

    /// <summary>Constant rate factor 1–63; 0 = unset, then the bitrate is constant.</summary>
    public uint Quality { get; init; }
}
