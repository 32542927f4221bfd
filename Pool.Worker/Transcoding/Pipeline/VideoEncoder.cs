using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Formats;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Transcoding.Pipeline;

/// <summary>The encoder of a rendition with the network's settings (protocol §7.6).</summary>
internal sealed unsafe class VideoEncoder : IDisposable
{
    private static readonly AVRational s_milliseconds = new(1, 1000);

    private AVCodecContext* _context;
    private readonly EncoderClock _clock;
    private readonly long? _keyFrameTicks;
    private long? _nextKeyFrame;

    internal VideoEncoder(VideoProfile profile, (int Width, int Height) size, FrameFilter filter, AVFrame* first, int threads)
    {
        if (!EncoderSizes.Of(profile.Codec).Takes(size))
        {
            throw new InputFaultException(InputFault.InvalidResolution);
        }

        var codec = ffmpeg.avcodec_find_encoder_by_name(filter.Device.EncoderOf(profile.Codec));
        if (codec == null)
        {
            throw new InputFaultException(InputFault.EncoderNotFound);
        }

        TimeBase = filter.TimeBase;
        _clock = new EncoderClock(profile.Codec, filter.TimeBase, filter.FrameRate);
        FrameTicks = filter.FrameRate.IsPositive ? Math.Max(1, ffmpeg.av_rescale_q(1, filter.FrameRate.Inverse, TimeBase)) : 1;
        _keyFrameTicks = profile is { GopMilliseconds: > 0, FrameRateNumerator: 0 }
            ? Math.Max(1, ffmpeg.av_rescale_q(profile.GopMilliseconds, s_milliseconds, TimeBase))
            : null;
        _context = FFmpegException.Check(ffmpeg.avcodec_alloc_context3(codec), nameof(ffmpeg.avcodec_alloc_context3));
        try
        {
            Describe(size, filter, first);
            foreach (var (option, value) in filter.Device.EncoderOptions(profile, size.Width, threads))
            {
                Set(option, value);
            }

            FFmpegException.Check(ffmpeg.avcodec_open2(_context, codec, null), nameof(ffmpeg.avcodec_open2));
        }
        catch (FFmpegException failure)
        {
            Dispose();
            throw filter.Device.EncoderFault(failure);
        }
    }

    internal AVCodecContext* Context => _context;

    /// <summary>Unit of the timestamps of frames and packets.</summary>
    internal AVRational TimeBase { get; }

    /// <summary>How long a frame is shown, in ticks, by the frame rate; 1 when that is not known.</summary>
    private long FrameTicks { get; }

    /// <summary>Gives a frame in, whose timestamp is then the encoder's own; null is the end.</summary>
    internal void Push(AVFrame* frame)
    {
        if (frame != null)
        {
            AVFields.PictureType(frame) = IsKeyFrameDue(frame) ? AVPictureType.AV_PICTURE_TYPE_I : AVPictureType.AV_PICTURE_TYPE_NONE;
            AVFields.Pts(frame) = _clock.ToEncoder(AVFields.Pts(frame));
        }

        FFmpegException.Check(ffmpeg.avcodec_send_frame(_context, frame), nameof(ffmpeg.avcodec_send_frame));
    }

    /// <summary>Takes a packet out; false when none is ready.</summary>
    internal bool TryPull(AVPacket* packet)
    {
        var answer = ffmpeg.avcodec_receive_packet(_context, packet);
        if (answer is ffmpeg.AVERROR_EAGAIN or ffmpeg.AVERROR_EOF)
        {
            return false;
        }

        FFmpegException.Check(answer, nameof(ffmpeg.avcodec_receive_packet));
        AVFields.Dts(packet) = _clock.DecodeTime(AVFields.Dts(packet), AVFields.Pts(packet));
        AVFields.Pts(packet) = _clock.ToOuter(AVFields.Pts(packet));

        // An encoder counts it in its own ticks, or not at all.
        AVFields.Duration(packet) = FrameTicks;
        return true;
    }

    public void Dispose()
    {
        var context = _context;
        ffmpeg.avcodec_free_context(&context);
        _context = null;
    }

    private void Describe((int Width, int Height) size, FrameFilter filter, AVFrame* first)
    {
        AVFields.Width(_context) = size.Width;
        AVFields.Height(_context) = size.Height;
        AVFields.PixelFormat(_context) = (int)filter.Device.EncoderFormat;
        filter.Device.AttachEncoder(_context, filter.Sink);
        AVFields.TimeBase(_context) = _clock.TimeBase;
        AVFields.FrameRate(_context) = filter.FrameRate;
        AVFields.SampleAspectRatio(_context) = filter.SampleAspectRatio;
        Set("color_primaries", AVFields.ColorPrimaries(first));
        Set("color_trc", AVFields.ColorTransfer(first));
        Set("colorspace", AVFields.ColorSpace(first));
        if (filter.Device.IsHardware)
        {
            // In memory it is narrowed on the way; a device scales the range that it decoded.
            Set("color_range", AVFields.ColorRange(first));
        }
    }

    /// <summary>Without a frame rate the GOP is kept by time: the first frame at or after each multiple is a key frame.</summary>
    private bool IsKeyFrameDue(AVFrame* frame)
    {
        if (_keyFrameTicks is not { } step)
        {
            return false;
        }

        var pts = AVFields.Pts(frame);
        _nextKeyFrame ??= pts;
        if (pts < _nextKeyFrame)
        {
            return false;
        }

        _nextKeyFrame += (((pts - _nextKeyFrame.Value) / step) + 1) * step;
        return true;
    }

    private void Set(string option, long value) =>
        FFmpegException.Check(ffmpeg.av_opt_set_int(_context, option, value, ffmpeg.AV_OPT_SEARCH_CHILDREN), option);

    private void Set(string option, string value) =>
        FFmpegException.Check(ffmpeg.av_opt_set(_context, option, value, ffmpeg.AV_OPT_SEARCH_CHILDREN), option);
}
