using System.Globalization;
using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding;

/// <summary>libx264 with the network's settings (protocol §7.6).</summary>
internal sealed unsafe class VideoEncoder : IDisposable
{
    private const string EncoderName = "libx264";
    private const string Preset = "medium";
    private const int DefaultBFrames = 3;
    private const int Yuv420P = 0;
    private const double MillisecondsPerSecond = 1000;

    private AVCodecContext* _context;
    private readonly double? _keyFrameSeconds;
    private double? _nextKeyFrame;

    internal VideoEncoder(VideoProfile profile, (int Width, int Height) size, FrameFilter filter, AVFrame* first, int threads)
    {
        var codec = ffmpeg.avcodec_find_encoder_by_name(EncoderName);
        if (codec == null)
        {
            throw new InputFaultException(InputFault.EncoderNotFound);
        }

        TimeBase = filter.TimeBase;
        _keyFrameSeconds = profile is { GopMilliseconds: > 0, FrameRateNumerator: 0 } ? profile.GopMilliseconds / MillisecondsPerSecond : null;
        _context = FFmpegException.Check(ffmpeg.avcodec_alloc_context3(codec), nameof(ffmpeg.avcodec_alloc_context3));
        try
        {
            Describe(size, filter, first);
            Configure(profile, threads);
            FFmpegException.Check(ffmpeg.avcodec_open2(_context, codec, null), nameof(ffmpeg.avcodec_open2));
        }
        catch (FFmpegException)
        {
            Dispose();
            throw new InputFaultException(InputFault.InvalidArgument);
        }
    }

    internal AVCodecContext* Context => _context;

    internal AVRational TimeBase { get; }

    /// <summary>Gives a frame in; null is the end.</summary>
    internal void Push(AVFrame* frame)
    {
        if (frame != null)
        {
            AVFields.PictureType(frame) = IsKeyFrameDue(frame) ? AVPictureType.AV_PICTURE_TYPE_I : AVPictureType.AV_PICTURE_TYPE_NONE;
        }

        FFmpegException.Check(ffmpeg.avcodec_send_frame(_context, frame), nameof(ffmpeg.avcodec_send_frame));
    }

    /// <summary>Takes a packet out; false when none is ready.</summary>
    internal bool TryPull(AVPacket* packet)
    {
        var answer = ffmpeg.avcodec_receive_packet(_context, packet);
        return answer is not (ffmpeg.AVERROR_EAGAIN or ffmpeg.AVERROR_EOF) && FFmpegException.Check(answer, nameof(ffmpeg.avcodec_receive_packet)) >= 0;
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
        AVFields.PixelFormat(_context) = Yuv420P;
        AVFields.TimeBase(_context) = TimeBase;
        AVFields.FrameRate(_context) = filter.FrameRate;
        AVFields.SampleAspectRatio(_context) = filter.SampleAspectRatio;
        Set("color_primaries", AVFields.ColorPrimaries(first));
        Set("color_trc", AVFields.ColorTransfer(first));
        Set("colorspace", AVFields.ColorSpace(first));
    }

    private void Configure(VideoProfile profile, int threads)
    {
        Set("preset", Preset);
        Set("forced-idr", 1);
        Set("threads", threads);
        Set("bf", profile.EncoderProfile is EncoderProfile.H264Baseline or EncoderProfile.H264ConstrainedHigh ? 0 : DefaultBFrames);
        if (ProfileName(profile.EncoderProfile) is { } name)
        {
            Set("profile", name);
        }

        SetRate(profile);
        if (profile.GopMilliseconds == VideoProfile.IntraOnlyGop)
        {
            Set("g", 0);
        }
        else if (profile is { GopMilliseconds: > 0, FrameRateNumerator: > 0 })
        {
            Set("g", (long)(profile.GopMilliseconds / MillisecondsPerSecond * profile.FrameRateNumerator));
        }
    }

    /// <summary>The bitrate is minimum, average and maximum at once; with a quality it is only the cap.</summary>
    private void SetRate(VideoProfile profile)
    {
        var bitrate = profile.BitrateBps;
        if (profile.Quality > 0)
        {
            Set("crf", profile.Quality.ToString(CultureInfo.InvariantCulture));
        }
        else if (bitrate > 0)
        {
            Set("b", bitrate);
            Set("minrate", bitrate);
        }

        if (bitrate > 0)
        {
            Set("maxrate", bitrate);
            Set("bufsize", bitrate);
        }
    }

    private static string? ProfileName(EncoderProfile profile) => profile switch
    {
        EncoderProfile.Default => null,
        EncoderProfile.H264Baseline => "baseline",
        EncoderProfile.H264Main => "main",
        EncoderProfile.H264High or EncoderProfile.H264ConstrainedHigh => "high",
        _ => throw new InputFaultException(InputFault.UnrecognizedProfile),
    };

    /// <summary>Without a frame rate the GOP is kept by time: the first frame at or after each multiple is a key frame.</summary>
    private bool IsKeyFrameDue(AVFrame* frame)
    {
        if (_keyFrameSeconds is not { } step)
        {
            return false;
        }

        var seconds = AVFields.Pts(frame) * (double)TimeBase.num / TimeBase.den;
        _nextKeyFrame ??= seconds;
        if (seconds < _nextKeyFrame)
        {
            return false;
        }

        while (_nextKeyFrame <= seconds)
        {
            _nextKeyFrame += step;
        }

        return true;
    }

    private void Set(string option, long value) =>
        FFmpegException.Check(ffmpeg.av_opt_set_int(_context, option, value, ffmpeg.AV_OPT_SEARCH_CHILDREN), option);

    private void Set(string option, string value) =>
        FFmpegException.Check(ffmpeg.av_opt_set(_context, option, value, ffmpeg.AV_OPT_SEARCH_CHILDREN), option);
}
