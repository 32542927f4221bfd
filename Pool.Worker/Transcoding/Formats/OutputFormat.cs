using Pool.Shared.Contracts;
using Pool.Shared.Media;

namespace Pool.Worker.Transcoding.Formats;

/// <summary>A codec in a container, as the engine makes it, and FFmpeg's names for the two.</summary>
/// <param name="Encoder">Name of the encoder, e.g. <c>libx264</c>.</param>
/// <param name="Muxer">Name of the muxer, e.g. <c>mpegts</c>.</param>
/// <param name="Tag">Four characters that name the codec in the container; null leaves the muxer's own.</param>
internal sealed record OutputFormat(VideoCodec Codec, Container Container, string Encoder, string Muxer, string? Tag = null)
{
    private const string Mp4Muxer = "mp4";
    private const string TsMuxer = "mpegts";

    /// <summary>Apple's players take HEVC in MP4 by this name only.</summary>
    private const string HevcTag = "hvc1";

    /// <summary>Everything the engine makes.</summary>
    internal static IReadOnlyList<OutputFormat> All { get; } =
    [
        new(VideoCodec.H264, Container.MpegTs, "libx264", TsMuxer),
        new(VideoCodec.H264, Container.Mp4, "libx264", Mp4Muxer),
        new(VideoCodec.Hevc, Container.MpegTs, "libx265", TsMuxer),
        new(VideoCodec.Hevc, Container.Mp4, "libx265", Mp4Muxer, HevcTag),
        new(VideoCodec.Vp9, Container.Mp4, "libvpx-vp9", Mp4Muxer),
    ];

    /// <summary>Whether the container has its parameter sets in its head and not in the stream.</summary>
    internal bool HasGlobalHeader => Container == Container.Mp4;

    /// <summary>The format of a profile.</summary>
    /// <exception cref="InputFaultException">The codec, or the codec in this container, is not made.</exception>
    internal static OutputFormat Of(VideoProfile profile) =>
        All.FirstOrDefault(format => format.Codec == profile.Codec && format.Container == profile.Container) ??
        throw new InputFaultException(
            All.Any(format => format.Codec == profile.Codec) ? InputFault.UnrecognizedFormat : InputFault.EncoderNotFound);
}
