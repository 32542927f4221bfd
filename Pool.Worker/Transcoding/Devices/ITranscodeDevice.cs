using Pool.Shared.Media;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>A filter of FFmpeg's and its arguments.</summary>
internal readonly record struct FilterStep(string Filter, string? Arguments);

/// <summary>
/// What decodes, scales and encodes. The pipeline is the same for all: packets come from the demuxer, frames stay on the device from the
/// decoder to the encoder, packets go to the muxer. Safe to use from several threads.
/// </summary>
internal unsafe interface ITranscodeDevice : IDisposable
{
    /// <summary>Its name, as a person types it.</summary>
    string Name { get; }

    /// <summary>Whether its frames lie on a GPU and its encoders are counted.</summary>
    bool IsHardware { get; }

    /// <summary>Encoders that may be open at once; no limit for the CPU, whose threads are shared out instead.</summary>
    int MaxEncoders { get; }

    /// <summary>Threads of an encoder, when <paramref name="share"/> (0 to 1) of a segment's pixels are its rendition's.</summary>
    int EncoderThreads(int threads, double share);

    /// <summary>Pixel format of the frames that encoders take.</summary>
    AVPixelFormat EncoderFormat { get; }

    /// <summary>Pixel format of those frames once they are brought into memory, as a signature needs them (protocol §4.10).</summary>
    AVPixelFormat MemoryFormat { get; }

    /// <summary>Whether it decodes video of this codec and pixel format itself; what it does not is decoded on the CPU and uploaded.</summary>
    bool Decodes(AVCodecID codec, AVPixelFormat format);

    /// <summary>Lets a decoder that is not open yet decode on this device.</summary>
    void AttachDecoder(AVCodecContext* decoder);

    /// <summary>Scales to a size, then sets the frame rate (protocol §7.6), and ends in <see cref="EncoderFormat"/>.</summary>
    /// <param name="size">Width and height in pixels.</param>
    /// <param name="frameRate">Frames per second, or null for the input's.</param>
    /// <param name="isOnDevice">Whether the frames that come in lie on the device.</param>
    IEnumerable<FilterStep> Scaling((int Width, int Height) size, AVRational? frameRate, bool isOnDevice);

    /// <summary>Lets a filter of a graph that is not configured yet make its frames on this device.</summary>
    void AttachFilter(AVFilterContext* filter);

    /// <summary>FFmpeg's name of the encoder of a codec.</summary>
    /// <exception cref="InputFaultException">The device has none.</exception>
    string EncoderOf(VideoCodec codec);

    /// <summary>A profile as options of its encoder, in the order in which they are to be set (protocol §7.6).</summary>
    /// <param name="profile">What is asked for.</param>
    /// <param name="width">Width of the frames that will come.</param>
    /// <param name="threads">Threads of an encoder that has any.</param>
    IEnumerable<(string Option, string Value)> EncoderOptions(VideoProfile profile, int width, int threads);

    /// <summary>Lets an encoder that is not open yet take the frames of a graph.</summary>
    void AttachEncoder(AVCodecContext* encoder, AVFilterContext* sink);

    /// <summary>What it means that an encoder could not be opened.</summary>
    /// <param name="failure">FFmpeg's answer.</param>
    Exception EncoderFault(FFmpegException failure);
}
