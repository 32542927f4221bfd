using Pool.Shared.Media;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>Counts the encoders that a device lets one program have, by opening them.</summary>
internal static unsafe class EncoderCount
{
    private const int Width = 320;
    private const int Height = 192;
    private const int FramesPerSecond = 30;

    /// <summary>Opens encoders until the device refuses one, at most <see cref="HardwareKind.MostEncoders"/>, and closes them again.</summary>
    /// <exception cref="DeviceException">It refuses the first.</exception>
    internal static int Of(HardwareDevice device)
    {
        var open = new List<nint>();
        try
        {
            while (open.Count < HardwareKind.MostEncoders)
            {
                open.Add((nint)Open(device));
            }
        }
        catch (FFmpegException failure)
        {
            if (open.Count == 0)
            {
                throw device.EncoderFault(failure);
            }
        }
        finally
        {
            foreach (var encoder in open)
            {
                Close((AVCodecContext*)encoder);
            }
        }

        return open.Count;
    }

    /// <exception cref="FFmpegException">The device refuses.</exception>
    private static AVCodecContext* Open(HardwareDevice device)
    {
        var codec = FFmpegException.Check(
            ffmpeg.avcodec_find_encoder_by_name(device.EncoderOf(VideoCodec.H264)), nameof(ffmpeg.avcodec_find_encoder_by_name));
        var encoder = FFmpegException.Check(ffmpeg.avcodec_alloc_context3(codec), nameof(ffmpeg.avcodec_alloc_context3));
        try
        {
            AVFields.Width(encoder) = Width;
            AVFields.Height(encoder) = Height;
            AVFields.PixelFormat(encoder) = (int)device.MemoryFormat;
            AVFields.TimeBase(encoder) = new AVRational(1, FramesPerSecond);
            AVFields.FrameRate(encoder) = new AVRational(FramesPerSecond, 1);
            device.AttachEncoder(encoder);
            FFmpegException.Check(ffmpeg.avcodec_open2(encoder, codec, null), nameof(ffmpeg.avcodec_open2));
            return encoder;
        }
        catch
        {
            Close(encoder);
            throw;
        }
    }

    private static void Close(AVCodecContext* encoder) => ffmpeg.avcodec_free_context(&encoder);
}
