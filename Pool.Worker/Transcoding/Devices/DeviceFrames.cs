using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>Frames whose pixels may lie on a device.</summary>
internal static unsafe class DeviceFrames
{
    internal static bool IsOnDevice(AVFrame* frame) => AVFields.HardwareFrames(frame) != null;

    /// <summary>What a frame's pixels are, wherever they lie. A device stores 4:2:0 in ways of its own, which are the same pixels.</summary>
    internal static AVPixelFormat PixelFormat(AVFrame* frame)
    {
        if (!IsOnDevice(frame))
        {
            return (AVPixelFormat)AVFields.PixelFormat(frame);
        }

        var format = AVFields.SoftwareFormat(AVFields.HardwareFrames(frame));
        return format == AVPixelFormat.AV_PIX_FMT_NV12 ? AVPixelFormat.AV_PIX_FMT_YUV420P
            : (int)format == ffmpeg.av_get_pix_fmt("p010le") ? AVPixelFormat.AV_PIX_FMT_YUV420P10LE
            : format;
    }

    /// <summary>Brings a frame's pixels into memory, with its timestamp.</summary>
    /// <param name="target">An empty frame.</param>
    /// <param name="frame">A frame on a device.</param>
    /// <exception cref="FFmpegException">The device did not give them.</exception>
    internal static void Download(AVFrame* target, AVFrame* frame)
    {
        FFmpegException.Check(ffmpeg.av_hwframe_transfer_data(target, frame, 0), nameof(ffmpeg.av_hwframe_transfer_data));
        AVFields.Pts(target) = AVFields.Pts(frame);
    }

    /// <summary>Tells a source of frames on which device its frames will lie, by one of them.</summary>
    internal static void Announce(AVFilterContext* source, AVFrame* frame)
    {
        if (!IsOnDevice(frame))
        {
            return;
        }

        var parameters = FFmpegException.Check(ffmpeg.av_buffersrc_parameters_alloc(), nameof(ffmpeg.av_buffersrc_parameters_alloc));
        try
        {
            AVFields.SetHardwareFrames(parameters, AVFields.HardwareFrames(frame));
            FFmpegException.Check(ffmpeg.av_buffersrc_parameters_set(source, parameters), nameof(ffmpeg.av_buffersrc_parameters_set));
        }
        finally
        {
            ffmpeg.av_freep(&parameters);
        }
    }
}
