using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Devices;

namespace Pool.Worker.Tests.Transcoding.Devices;

/// <summary>The CPU as if it were a GPU with so many encoders, which are counted while they are open.</summary>
internal sealed unsafe class PretendedDevice(int encoders) : ITranscodeDevice
{
    private static readonly (string Option, string Value)[] s_leavingOut = [("drop-threshold", "100"), ("lag-in-frames", "0")];

    private readonly CpuDevice _cpu = CpuDevice.Instance;

    public string Name => "pretended:0";

    public bool IsHardware => true;

    public int MaxEncoders => encoders;

    public int EncoderThreads(int threads, double share) => 1;

    public AVPixelFormat EncoderFormat => Stored;

    public AVPixelFormat MemoryFormat => Stored;

    /// <summary>How its frames are stored.</summary>
    internal AVPixelFormat Stored { get; init; } = AVPixelFormat.AV_PIX_FMT_YUV420P;

    /// <summary>Decoders that asked whether this device takes their video.</summary>
    internal int Readers { get; private set; }

    /// <summary>It takes decoders, and their frames come out in memory all the same.</summary>
    internal bool PretendsToDecode { get; init; }

    /// <summary>What it decodes never comes out.</summary>
    internal bool IsGone { get; init; }

    /// <summary>When set, no encoder opens.</summary>
    internal string? Refusal { get; init; }

    /// <summary>Its VP9 encoder leaves frames out when they would be more than the bitrate.</summary>
    internal bool LeavesFramesOut { get; init; }

    public bool Decodes(AVCodecID codec, AVPixelFormat format)
    {
        lock (_cpu)
        {
            Readers++;
        }

        return PretendsToDecode;
    }

    public void AttachDecoder(AVCodecContext* decoder)
    {
        Assert.True(PretendsToDecode);
        if (IsGone)
        {
            // A decoder of a device that has left makes nothing: this one is told to skip everything.
            Assert.Equal(0, ffmpeg.av_opt_set(decoder, "skip_frame", "all", 0));
        }
    }

    public IEnumerable<FilterStep> Scaling((int Width, int Height) size, AVRational? frameRate, bool isOnDevice) =>
        [.. _cpu.Scaling(size, frameRate, isOnDevice), new FilterStep("format", $"pix_fmts={(int)Stored}")];

    public void AttachFilter(AVFilterContext* filter)
    {
    }

    public string EncoderOf(VideoCodec codec) => _cpu.EncoderOf(codec);

    public IEnumerable<(string Option, string Value)> EncoderOptions(VideoProfile profile, int width, int threads) =>
        Refusal is null
            ? [.. _cpu.EncoderOptions(profile, width, 1), .. LeavesFramesOut ? s_leavingOut : []]
            : [("preset", "none")];

    public void AttachEncoder(AVCodecContext* encoder, AVFilterContext* sink)
    {
    }

    public Exception EncoderFault(FFmpegException failure) => new DeviceException(Refusal ?? failure.Message);

    public void Dispose()
    {
    }
}
