namespace Pool.Shared.Contracts;

/// <summary>
/// The network's words for "this segment cannot be transcoded by anybody". A gateway keeps its session when it reads exactly one of
/// them and drops us on any other text (protocol §4.11, non-retryable texts).
/// </summary>
public static class InputFault
{
    public const string UnsupportedPixelFormat = "Unsupported input pixel format";
    public const string FilterGraph = "Error initializing filtergraph";
    public const string TooManyOutputs = "Too many outputs";
    public const string UnsupportedCodec = "Unsupported input codec";
    public const string NoKeyFrames = "No keyframes in input";
    public const string Unrecoverable = "Unrecoverable state, restart process";
    public const string Runaway = "Encoded frames runaway";
    public const string DecoderNotFound = "Decoder not found";
    public const string DemuxerNotFound = "Demuxer not found";
    public const string EncoderNotFound = "Encoder not found";
    public const string MuxerNotFound = "Muxer not found";
    public const string OptionNotFound = "Option not found";
    public const string InvalidArgument = "Invalid argument";
    public const string InvalidResolution = "TranscoderInvalidResolution";
    public const string InvalidVideo = "TranscoderInvalidVideo";
    public const string UnrecognizedFormat = "TranscoderUnrecognizedFormat";
    public const string UnrecognizedProfile = "TranscoderUnrecognizedProfile";
    public const string InvalidGop = "TranscoderInvalidGOP";
    public const string IncompatibleDevices = "TranscoderIncompatibleDevices";

    /// <summary>All of them, exactly as the network writes them.</summary>
    public static IReadOnlySet<string> Words { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        UnsupportedPixelFormat, FilterGraph, TooManyOutputs, UnsupportedCodec, NoKeyFrames, Unrecoverable, Runaway,
        DecoderNotFound, DemuxerNotFound, EncoderNotFound, MuxerNotFound, OptionNotFound, InvalidArgument,
        InvalidResolution, InvalidVideo, UnrecognizedFormat, UnrecognizedProfile, InvalidGop, IncompatibleDevices,
    };
}
