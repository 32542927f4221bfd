using Pool.Shared.Media;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>What FFmpeg calls the parts of one kind of GPU, and which of its options say what the network asks for.</summary>
internal abstract class HardwareKind
{
    /// <summary>
    /// Decoded frames that may wait for the filters at once: a queue of the pipeline and what it holds in its hands. A decoder on a
    /// device has a fixed number of frames and stops when they are all taken.
    /// </summary>
    internal const int DecodedFramesInUse = 16;

    /// <summary>Encoders at once where the device itself has no limit: more engines than this no GPU has to keep busy.</summary>
    internal const int MostEncoders = 16;

    /// <summary>The kind of a device's name; null for the CPU.</summary>
    internal static HardwareKind? Of(DeviceKind kind) => kind switch
    {
        DeviceKind.Nvidia => new NvidiaKind(),
        DeviceKind.Vaapi => new VaapiKind(),
        DeviceKind.Qsv => new QsvKind(),
        _ => null,
    };

    /// <summary>FFmpeg's device for decoders.</summary>
    internal abstract AVHWDeviceType DecoderType { get; }

    /// <summary>FFmpeg's device for filters and encoders, made from the decoders' when it is another.</summary>
    internal virtual AVHWDeviceType EncoderType => DecoderType;

    /// <summary>FFmpeg's name for the pixel format of frames that lie on the device and that its encoders take.</summary>
    internal abstract string FrameFormat { get; }

    /// <summary>FFmpeg's names of its encoders; what is not here the device cannot make.</summary>
    internal abstract IReadOnlyDictionary<VideoCodec, string> Encoders { get; }

    /// <summary>Filters that FFmpeg's libraries must have.</summary>
    internal abstract IReadOnlyList<string> Filters { get; }

    /// <summary>Frames that an upload from memory has in its pool; null where the pool grows by itself.</summary>
    protected virtual int? UploadedFrames => null;

    /// <summary>
    /// 4:2:0 with limited range is decoded on the device, 10 bits where everybody's hardware has them. The rest is rare, and right on
    /// the CPU: chroma is halved and the range narrowed there exactly as when the CPU does everything.
    /// </summary>
    internal virtual bool Decodes(AVCodecID codec, AVPixelFormat format) => (codec, format) switch
    {
        (AVCodecID.AV_CODEC_ID_H264 or AVCodecID.AV_CODEC_ID_HEVC or AVCodecID.AV_CODEC_ID_VP8 or AVCodecID.AV_CODEC_ID_VP9,
            AVPixelFormat.AV_PIX_FMT_YUV420P) => true,
        (AVCodecID.AV_CODEC_ID_HEVC, AVPixelFormat.AV_PIX_FMT_YUV420P10LE) => true,
        _ => false,
    };

    /// <summary>The chain of <see cref="ITranscodeDevice.Scaling"/>.</summary>
    internal IEnumerable<FilterStep> Scaling((int Width, int Height) size, AVRational? frameRate, bool isOnDevice)
    {
        var end = new FilterStep("format", $"pix_fmts={FrameFormat}");
        if (!isOnDevice)
        {
            // The CPU's own picture, stored another way: FFmpeg would scale to NV12 with other rounding.
            var upload = new FilterStep("hwupload", UploadedFrames is { } frames ? $"extra_hw_frames={frames}" : null);
            return [.. CpuDevice.Instance.Scaling(size, frameRate, isOnDevice), new FilterStep("format", "pix_fmts=nv12"), upload, end];
        }

        return [.. ScaleOnDevice(size), .. frameRate is { } rate ? [new FilterStep("fps", $"fps={rate}")] : Array.Empty<FilterStep>(), end];
    }

    /// <summary>A profile as options of its encoder.</summary>
    internal abstract IEnumerable<(string Option, string Value)> EncoderOptions(VideoProfile profile);

    /// <summary>Why the device could not be opened though nothing that is known to be needed is missing.</summary>
    internal abstract string WhyNotOpened(DeviceName name, FFmpegException failure);

    /// <summary>Why an encoder could not be opened.</summary>
    internal abstract string WhyNoEncoder(FFmpegException failure);

    /// <summary>Encoders of this device that can be open at once.</summary>
    /// <exception cref="DeviceException">There is none.</exception>
    internal virtual int CountEncoders(HardwareDevice device) => MostEncoders;

    /// <summary>Turns to another way of encoding when the usual one is refused; false when there is none left.</summary>
    internal virtual bool TryOtherEncoder() => false;

    /// <summary>Scales frames on the device to 8-bit 4:2:0.</summary>
    protected abstract IEnumerable<FilterStep> ScaleOnDevice((int Width, int Height) size);
}
