using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>A GPU that is open, for as long as the process lives.</summary>
internal sealed unsafe class HardwareDevice : ITranscodeDevice
{
    private readonly DeviceName _name;
    private readonly HardwareKind _kind;
    private AVBufferRef* _decoding;
    private AVBufferRef* _encoding;

    /// <param name="name">Its name.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="decoding">FFmpeg's device for decoders; this object's from now on.</param>
    /// <param name="encoding">FFmpeg's device for filters and encoders; this object's from now on.</param>
    internal HardwareDevice(DeviceName name, HardwareKind kind, AVBufferRef* decoding, AVBufferRef* encoding)
    {
        (_name, _kind) = (name, kind);
        _decoding = decoding;
        _encoding = encoding;
    }

    public string Name => _name.ToString();

    public bool IsHardware => true;

    /// <summary>Set once it has been counted (<see cref="CountEncoders"/>).</summary>
    public int MaxEncoders { get; private set; } = 1;

    public int EncoderThreads(int threads, double share) => 1;

    public AVPixelFormat EncoderFormat => (AVPixelFormat)ffmpeg.av_get_pix_fmt(_kind.FrameFormat);

    public AVPixelFormat MemoryFormat => AVPixelFormat.AV_PIX_FMT_NV12;

    /// <summary>Opens a GPU. Must be done before the process is sealed: drivers read files and start helpers.</summary>
    /// <exception cref="DeviceException">It cannot be used; the message says what is missing.</exception>
    internal static HardwareDevice Open(DeviceName name, IDeviceSurroundings around)
    {
        var kind = HardwareKind.Of(name.Kind) ?? throw new ArgumentException("The CPU is no such device.", nameof(name));
        if (DeviceProbe.FirstMissing(name, around) is { } missing)
        {
            throw new DeviceException($"{name}: {missing}.");
        }

        AVBufferRef* decoding = null;
        AVBufferRef* encoding = null;
        try
        {
            var place = name.Kind == DeviceKind.Nvidia ? name.Place : name.RenderNode;
            FFmpegException.Check(
                ffmpeg.av_hwdevice_ctx_create(&decoding, kind.DecoderType, place, null, 0), nameof(ffmpeg.av_hwdevice_ctx_create));
            if (kind.EncoderType == kind.DecoderType)
            {
                encoding = FFmpegException.Check(ffmpeg.av_buffer_ref(decoding), nameof(ffmpeg.av_buffer_ref));
            }
            else
            {
                FFmpegException.Check(
                    ffmpeg.av_hwdevice_ctx_create_derived(&encoding, kind.EncoderType, decoding, 0), nameof(ffmpeg.av_hwdevice_ctx_create_derived));
            }

            return new HardwareDevice(name, kind, decoding, encoding);
        }
        catch (FFmpegException failure)
        {
            ffmpeg.av_buffer_unref(&decoding);
            throw new DeviceException($"{name}: {kind.WhyNotOpened(name, failure)}.");
        }
    }

    /// <summary>Finds out how many encoders can be open at once.</summary>
    /// <exception cref="DeviceException">There is none.</exception>
    internal void CountEncoders() => MaxEncoders = _kind.CountEncoders(this);

    /// <summary>Turns to another way of encoding when the usual one is refused; false when there is none left.</summary>
    internal bool TryOtherEncoder() => _kind.TryOtherEncoder();

    public bool Decodes(AVCodecID codec, AVPixelFormat format) => _kind.Decodes(codec, format);

    public void AttachDecoder(AVCodecContext* decoder) => AVFields.SetHardwareDevice(decoder, Reference(_decoding));

    public IEnumerable<FilterStep> Scaling((int Width, int Height) size, AVRational? frameRate, bool isOnDevice) =>
        _kind.Scaling(size, frameRate, isOnDevice);

    public void AttachFilter(AVFilterContext* filter) => AVFields.SetHardwareDevice(filter, Reference(_encoding));

    public string EncoderOf(VideoCodec codec) =>
        _kind.Encoders.TryGetValue(codec, out var encoder) ? encoder : throw new InputFaultException(InputFault.EncoderNotFound);

    public IEnumerable<(string Option, string Value)> EncoderOptions(VideoProfile profile, int width, int threads) => _kind.EncoderOptions(profile);

    public void AttachEncoder(AVCodecContext* encoder, AVFilterContext* sink) =>
        AVFields.SetHardwareFrames(encoder, Reference(ffmpeg.av_buffersink_get_hw_frames_ctx(sink)));

    /// <summary>Lets an encoder that is not open yet take frames from memory.</summary>
    internal void AttachEncoder(AVCodecContext* encoder) => AVFields.SetHardwareDevice(encoder, Reference(_encoding));

    public Exception EncoderFault(FFmpegException failure) => new DeviceException($"{_name}: {_kind.WhyNoEncoder(failure)}.");

    public void Dispose()
    {
        Release(ref _encoding);
        Release(ref _decoding);
    }

    private static AVBufferRef* Reference(AVBufferRef* buffer) =>
        FFmpegException.Check(ffmpeg.av_buffer_ref(FFmpegException.Check(buffer, "a device's reference")), nameof(ffmpeg.av_buffer_ref));

    private static void Release(ref AVBufferRef* buffer)
    {
        var held = buffer;
        buffer = null;
        ffmpeg.av_buffer_unref(&held);
    }
}
