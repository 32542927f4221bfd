using System.Globalization;
using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.Transcoding.Formats;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>What protocol §7.6 says of a profile, as far as it is the same for every hardware encoder.</summary>
internal static class HardwareOptions
{
    /// <summary>B-frames between two others, where there are any.</summary>
    internal const int BFrames = 3;

    /// <summary>Highest quality value of H.264's and HEVC's hardware encoders; the network's goes to 63 because VP9's does.</summary>
    internal const uint MaxQuality = 51;

    /// <summary>Frames of a group that nobody asked for: libx264's.</summary>
    private const int DefaultGroup = 250;

    private const double MillisecondsPerSecond = 1000;

    /// <summary>A file's parameter sets go into its head where the container has one.</summary>
    internal static IEnumerable<(string Option, string Value)> Header(VideoProfile profile) =>
        OutputFormat.Of(profile).HasGlobalHeader ? [("flags", "+global_header")] : [];

    /// <summary>Only H.264 has profiles that can be asked for; without one it is the encoder's choice.</summary>
    /// <param name="profile">What is asked for.</param>
    /// <param name="baseline">The encoder's name for baseline.</param>
    internal static IEnumerable<(string Option, string Value)> Profile(VideoProfile profile, string baseline) => profile.EncoderProfile switch
    {
        EncoderProfile.Default => [],
        EncoderProfile.H264Baseline => [("profile", baseline)],
        EncoderProfile.H264Main => [("profile", "main")],
        EncoderProfile.H264High or EncoderProfile.H264ConstrainedHigh => [("profile", "high")],
        _ => throw new InputFaultException(InputFault.UnrecognizedProfile),
    };

    /// <summary>Whether the profile's pictures may be made from later ones; HEVC and VP9 of several GPUs cannot.</summary>
    internal static bool TakesBFrames(VideoProfile profile) =>
        profile is { Codec: VideoCodec.H264, GopMilliseconds: not VideoProfile.IntraOnlyGop } &&
        profile.EncoderProfile is not (EncoderProfile.H264Baseline or EncoderProfile.H264ConstrainedHigh);

    /// <summary>
    /// With a frame rate the group is a number of frames, by its numerator only; without one it is kept by time
    /// (<see cref="VideoEncoder"/>), and the encoder's own groups are long.
    /// </summary>
    /// <param name="profile">What is asked for.</param>
    /// <param name="intraOnly">The encoder's number for key frames only.</param>
    internal static (string Option, string Value) Group(VideoProfile profile, int intraOnly) => ("g", Text(profile switch
    {
        { GopMilliseconds: VideoProfile.IntraOnlyGop } => intraOnly,
        { GopMilliseconds: > 0, FrameRateNumerator: > 0 } =>
            Math.Max(intraOnly, (long)Math.Min(int.MaxValue, profile.GopMilliseconds / MillisecondsPerSecond * profile.FrameRateNumerator)),
        _ => DefaultGroup,
    }));

    /// <summary>
    /// The quality that a profile asks for, as x264 counts: 0 when it asks for a bitrate. One that asks for neither gets what the
    /// software encoders give by themselves.
    /// </summary>
    internal static uint Quality(VideoProfile profile) => profile switch
    {
        { Quality: > 0 } => profile.Quality,
        { BitrateBps: > 0 } => 0,
        { Codec: VideoCodec.Hevc } => 28,
        { Codec: VideoCodec.Vp9 } => 32,
        _ => 23,
    };

    internal static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
