using Pool.Shared.Media;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>A device that scales and encodes only: everything is decoded on the CPU. Does not own the device.</summary>
internal sealed unsafe class DecodedOnCpu(ITranscodeDevice device) : ITranscodeDevice
{
    public string Name => device.Name;

    public bool IsHardware => device.IsHardware;

    public int MaxEncoders => device.MaxEncoders;

    public int EncoderThreads(int threads, double share) => device.EncoderThreads(threads, share);

    public AVPixelFormat EncoderFormat => device.EncoderFormat;

    public AVPixelFormat MemoryFormat => device.MemoryFormat;

    public bool Decodes(AVCodecID codec, AVPixelFormat format) => false;

    public void AttachDecoder(AVCodecContext* decoder) => throw new InvalidOperationException("It does not decode.");

    public IEnumerable<FilterStep> Scaling((int Width, int Height) size, AVRational? frameRate, bool isOnDevice) =>
        device.Scaling(size, frameRate, isOnDevice);

    public void AttachFilter(AVFilterContext* filter) => device.AttachFilter(filter);

    public string EncoderOf(VideoCodec codec) => device.EncoderOf(codec);

    public IEnumerable<(string Option, string Value)> EncoderOptions(VideoProfile profile, int width, int threads) => device.EncoderOptions(profile, width, threads);

    public void AttachEncoder(AVCodecContext* encoder, AVFilterContext* sink) => device.AttachEncoder(encoder, sink);

    public Exception EncoderFault(FFmpegException failure) => device.EncoderFault(failure);

    public void Dispose()
    {
        // The device is its owner's.
    }
}
