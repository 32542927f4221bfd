using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using static Pool.Worker.Transcoding.Devices.HardwareOptions;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>
/// Intel's Quick Sync. Decoded by VA-API, which on Linux is underneath it anyway: then one decoder serves all kinds, and what it cannot
/// take goes to the CPU; its frames are mapped, not copied.
/// </summary>
internal sealed class QsvKind : HardwareKind
{
    /// <summary>A quality with a cap needs an average below the cap; alike they would be a constant bitrate.</summary>
    private const long CapToAverage = 10;

    internal override AVHWDeviceType DecoderType => AVHWDeviceType.AV_HWDEVICE_TYPE_VAAPI;

    internal override AVHWDeviceType EncoderType => AVHWDeviceType.AV_HWDEVICE_TYPE_QSV;

    internal override string FrameFormat => "qsv";

    internal override IReadOnlyDictionary<VideoCodec, string> Encoders { get; } = new Dictionary<VideoCodec, string>
    {
        [VideoCodec.H264] = "h264_qsv",
        [VideoCodec.Hevc] = "hevc_qsv",
        [VideoCodec.Vp9] = "vp9_qsv",
    };

    internal override IReadOnlyList<string> Filters { get; } = ["hwmap", "vpp_qsv", "hwupload"];

    /// <summary>QSV's pools have a fixed size: what the encoder keeps, and as much again.</summary>
    protected override int? UploadedFrames => 4 * DecodedFramesInUse;

    internal override IEnumerable<(string Option, string Value)> EncoderOptions(VideoProfile profile) =>
    [
        .. Header(profile), ("flags", "+cgop"), ("preset", "medium"), ("forced_idr", "1"), ("bf", Text(TakesBFrames(profile) ? BFrames : 0)),
        .. Profile(profile, "baseline"), .. Rate(profile), Group(profile, intraOnly: 1),
    ];

    internal override string WhyNotOpened(DeviceName name, FFmpegException failure) =>
        $"Intel's Quick Sync does not work on {name.RenderNode} ({failure.Message}): install its runtime " +
        "(Debian 12: apt-get install intel-media-va-driver-non-free libmfx1, from 11th generation processors on libmfx-gen1.2)";

    internal override string WhyNoEncoder(FFmpegException failure) => $"Intel's Quick Sync did not open an encoder ({failure.Message}): see what vainfo says";

    protected override IEnumerable<FilterStep> ScaleOnDevice((int Width, int Height) size) =>
    [
        new FilterStep("hwmap", null), new FilterStep("format", $"pix_fmts={FrameFormat}"),
        new FilterStep("vpp_qsv", $"w={size.Width}:h={size.Height}:format=nv12:extra_hw_frames={DecodedFramesInUse}"),
    ];

    private static IEnumerable<(string Option, string Value)> Rate(VideoProfile profile)
    {
        long cap = profile.BitrateBps;
        if (Quality(profile) is > 0 and var quality)
        {
            yield return ("global_quality", Text(Math.Min(quality, MaxQuality)));
            yield return ("b", Text(cap - (cap / CapToAverage)));
        }
        else
        {
            yield return ("b", Text(cap));
        }

        if (cap > 0)
        {
            yield return ("maxrate", Text(cap));
            yield return ("bufsize", Text(cap));
        }
    }
}
