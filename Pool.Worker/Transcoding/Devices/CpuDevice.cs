using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Formats;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>The processor, with FFmpeg's software codecs.</summary>
internal sealed unsafe class CpuDevice : ITranscodeDevice
{
    internal static CpuDevice Instance { get; } = new();

    public string Name => DeviceName.Cpu.ToString();

    public bool IsHardware => false;

    public int MaxEncoders => int.MaxValue;

    /// <summary>Rounded down: one thread is more efficient than two, and exact (libx264's rate control is not, with several).</summary>
    public int EncoderThreads(int threads, double share) => (int)(threads * share);

    public AVPixelFormat EncoderFormat => AVPixelFormat.AV_PIX_FMT_YUV420P;

    public AVPixelFormat MemoryFormat => AVPixelFormat.AV_PIX_FMT_YUV420P;

    public bool Decodes(AVCodecID codec, AVPixelFormat format) => false;

    public IEnumerable<FilterStep> Scaling((int Width, int Height) size, AVRational? frameRate, bool isOnDevice)
    {
        yield return new FilterStep("scale", $"w={size.Width}:h={size.Height}");
        if (frameRate is { } rate)
        {
            yield return new FilterStep("fps", $"fps={rate}");
        }

        yield return new FilterStep("format", "pix_fmts=yuv420p");
    }

    public string EncoderOf(VideoCodec codec) =>
        OutputFormat.All.FirstOrDefault(format => format.Codec == codec)?.Encoder ?? throw new InputFaultException(InputFault.EncoderNotFound);

    public IEnumerable<(string Option, string Value)> EncoderOptions(VideoProfile profile, int width, int threads) =>
        EncoderSettings.For(profile, width, threads);

    /// <summary>The libraries are there and proven: what they refuse is what was asked for.</summary>
    public Exception EncoderFault(FFmpegException failure) => new InputFaultException(InputFault.InvalidArgument);

    public void AttachDecoder(AVCodecContext* decoder)
    {
        // It decodes in memory by itself; so with the others.
    }

    public void AttachFilter(AVFilterContext* filter)
    {
    }

    public void AttachEncoder(AVCodecContext* encoder, AVFilterContext* sink)
    {
    }

    public void Dispose()
    {
        // Shared by everybody.
    }
}
