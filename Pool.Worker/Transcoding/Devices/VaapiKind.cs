using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using static Pool.Worker.Transcoding.Devices.HardwareOptions;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>AMD and Intel through Linux's VA-API.</summary>
internal sealed class VaapiKind : HardwareKind
{
    /// <summary>VP9's quality goes to 255, the network's to 63.</summary>
    private const uint Vp9QualityStep = 4;

    private volatile bool _isLowPower;

    internal override AVHWDeviceType DecoderType => AVHWDeviceType.AV_HWDEVICE_TYPE_VAAPI;

    internal override string FrameFormat => "vaapi";

    internal override IReadOnlyDictionary<VideoCodec, string> Encoders { get; } = new Dictionary<VideoCodec, string>
    {
        [VideoCodec.H264] = "h264_vaapi",
        [VideoCodec.Hevc] = "hevc_vaapi",
        [VideoCodec.Vp9] = "vp9_vaapi",
    };

    internal override IReadOnlyList<string> Filters { get; } = ["scale_vaapi", "hwupload"];

    internal override IEnumerable<(string Option, string Value)> EncoderOptions(VideoProfile profile) =>
    [
        .. Header(profile), .. _isLowPower ? [("low_power", "1")] : Array.Empty<(string, string)>(), ("bf", Text(TakesBFrames(profile) ? BFrames : 0)),
        .. Profile(profile, "constrained_baseline"), .. Rate(profile), Group(profile, intraOnly: 1),
    ];

    /// <summary>The newer of Intel's GPUs have only the encoder that their driver calls the low-power one.</summary>
    internal override bool TryOtherEncoder() => !_isLowPower && (_isLowPower = true);

    internal override string WhyNotOpened(DeviceName name, FFmpegException failure) =>
        $"no VA-API driver works on {name.RenderNode} ({failure.Message}): install it " +
        "(Debian 12: apt-get install intel-media-va-driver for Intel, mesa-va-drivers for AMD) and see what vainfo says";

    internal override string WhyNoEncoder(FFmpegException failure) => failure.Code == ffmpeg.AVERROR_ENOSYS
        ? "the GPU's VA-API driver has no such encoder: see VAEntrypointEncSlice in what vainfo says (Intel: intel-media-va-driver-non-free has more)"
        : $"the GPU's VA-API driver did not open an encoder ({failure.Message})";

    protected override IEnumerable<FilterStep> ScaleOnDevice((int Width, int Height) size) =>
        [new FilterStep("scale_vaapi", $"w={size.Width}:h={size.Height}:mode=hq:format=nv12:extra_hw_frames={DecodedFramesInUse}")];

    /// <summary>FFmpeg chooses by what is set: both alike is a constant bitrate, a quality with a bitrate is capped where the driver can.</summary>
    private static IEnumerable<(string Option, string Value)> Rate(VideoProfile profile)
    {
        if (Quality(profile) is > 0 and var quality)
        {
            yield return ("global_quality", Text(profile.Codec == VideoCodec.Vp9 ? quality * Vp9QualityStep : Math.Min(quality, MaxQuality)));
        }

        if (profile.BitrateBps > 0)
        {
            yield return ("b", Text(profile.BitrateBps));
            yield return ("maxrate", Text(profile.BitrateBps));
            yield return ("bufsize", Text(profile.BitrateBps));
        }
    }
}
