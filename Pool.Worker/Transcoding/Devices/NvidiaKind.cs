using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using static Pool.Worker.Transcoding.Devices.HardwareOptions;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>NVIDIA: NVDEC, scaling by CUDA, NVENC.</summary>
internal sealed class NvidiaKind : HardwareKind
{
    /// <summary>The oldest driver that FFmpeg 5.1's NVENC works with.</summary>
    internal const string OldestDriver = "470.57.02";

    /// <summary>NVENC's quality values look about as good as x264's that are this much lower (protocol §7.6, rate).</summary>
    private const uint QualityOffset = 7;

    internal override AVHWDeviceType DecoderType => AVHWDeviceType.AV_HWDEVICE_TYPE_CUDA;

    internal override string FrameFormat => "cuda";

    internal override IReadOnlyDictionary<VideoCodec, string> Encoders { get; } = new Dictionary<VideoCodec, string>
    {
        [VideoCodec.H264] = "h264_nvenc",
        [VideoCodec.Hevc] = "hevc_nvenc",
    };

    internal override IReadOnlyList<string> Filters { get; } = ["scale_cuda", "hwupload"];

    /// <summary>The consumers' cards have a number of sessions that their driver sets; it is counted.</summary>
    internal override int CountEncoders(HardwareDevice device) => EncoderCount.Of(device);

    internal override IEnumerable<(string Option, string Value)> EncoderOptions(VideoProfile profile) =>
    [
        .. Header(profile), ("preset", "medium"), ("forced-idr", "1"), ("bf", Text(HasBFrames(profile) ? BFrames : 0)),
        .. Profile(profile, "baseline"), .. Rate(profile), Group(profile, intraOnly: 0),
    ];

    internal override string WhyNotOpened(DeviceName name, FFmpegException failure) =>
        $"NVIDIA's driver did not open GPU {name.Place} ({failure.Message}): see whether nvidia-smi shows it";

    internal override string WhyNoEncoder(FFmpegException failure) => failure.Code switch
    {
        ffmpeg.AVERROR_ENOSYS or ffmpeg.AVERROR_ENOENT =>
            "this GPU has no NVENC encoder (data centre GPUs such as A100 and H200 have none): it cannot be used to transcode",
        ffmpeg.AVERROR_ENOMEM => "no NVENC session is free, or no GPU memory: other programs on this GPU use them",
        _ => $"NVENC did not open ({failure.Message}): install NVIDIA's driver {OldestDriver} or later, with its video libraries",
    };

    /// <summary>Always a copy, also where nothing changes: an encoder must not keep the decoder's frames.</summary>
    protected override IEnumerable<FilterStep> ScaleOnDevice((int Width, int Height) size) =>
        [new FilterStep("scale_cuda", $"w={size.Width}:h={size.Height}:interp_algo=bicubic:format=nv12:passthrough=0")];

    /// <summary>None without a profile, and none when the frame rate is the input's.</summary>
    private static bool HasBFrames(VideoProfile profile) =>
        TakesBFrames(profile) && profile is { EncoderProfile: EncoderProfile.H264Main or EncoderProfile.H264High, FrameRateNumerator: > 0 };

    /// <summary>The bitrate is minimum, average and maximum at once; with a quality it is only the cap.</summary>
    private static IEnumerable<(string Option, string Value)> Rate(VideoProfile profile)
    {
        var quality = Quality(profile);
        yield return ("rc", quality > 0 ? "vbr" : "cbr");
        if (quality > 0)
        {
            yield return ("cq", Text(Math.Min(quality + QualityOffset, MaxQuality)));
            yield return ("b", "0");
        }
        else
        {
            yield return ("b", Text(profile.BitrateBps));
        }

        if (profile.BitrateBps > 0)
        {
            yield return ("maxrate", Text(profile.BitrateBps));
            yield return ("bufsize", Text(profile.BitrateBps));
        }
    }
}
