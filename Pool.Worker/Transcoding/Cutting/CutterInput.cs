using Pool.Shared.Contracts;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Files;

namespace Pool.Worker.Transcoding.Cutting;

/// <summary>The packets of a file's video and of its best audio, in the file's order.</summary>
internal sealed unsafe class CutterInput : IDisposable
{
    private const string TransportStream = "mpegts";
    private const string Matroska = "matroska";

    /// <summary>Containers that a person's file may have; FFmpeg finds out which.</summary>
    private const string Demuxers = "mpegts,mov,matroska,flv";

    private readonly StreamInput _io;
    private readonly int _videoIndex;
    private readonly int _audioIndex;
    private AVFormatContext* _format;
    private double _lastSeconds;

    internal CutterInput(Stream file)
    {
        _io = new StreamInput(file);
        try
        {
            Open();
            _videoIndex = ffmpeg.av_find_best_stream(_format, AVMediaType.AVMEDIA_TYPE_VIDEO, -1, -1, null, 0);
            _audioIndex = ffmpeg.av_find_best_stream(_format, AVMediaType.AVMEDIA_TYPE_AUDIO, -1, _videoIndex, null, 0);
            if (_videoIndex < 0)
            {
                throw new InputFaultException(InputFault.InvalidVideo);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal AVStream* Video => AVFields.Stream(_format, _videoIndex);

    internal AVStream* Audio => AVFields.Stream(_format, _audioIndex);

    internal bool HasAudio => _audioIndex >= 0;

    /// <summary>The container of the segments: the one that gateways are fed, where it can hold the codec.</summary>
    internal string SegmentFormat => AVFields.CodecId(AVFields.Parameters(Video)) is AVCodecID.AV_CODEC_ID_H264 or AVCodecID.AV_CODEC_ID_HEVC
        ? TransportStream
        : Matroska;

    internal bool IsVideo(AVPacket* packet) => AVFields.StreamIndex(packet) == _videoIndex;

    /// <summary>When the packet is shown; what has no time comes with the one before.</summary>
    internal double Seconds(AVPacket* packet)
    {
        var time = AVFields.Pts(packet) != ffmpeg.AV_NOPTS_VALUE ? AVFields.Pts(packet) : AVFields.Dts(packet);
        return time == ffmpeg.AV_NOPTS_VALUE ? _lastSeconds : _lastSeconds = time * SecondsPerTick(packet);
    }

    internal double DurationSeconds(AVPacket* packet) => AVFields.Duration(packet) * SecondsPerTick(packet);

    /// <summary>The next packet of the two streams; false at the end. A damaged end is an end.</summary>
    internal bool TryRead(AVPacket* packet)
    {
        while (ffmpeg.av_read_frame(_format, packet) >= 0)
        {
            if (AVFields.StreamIndex(packet) == _videoIndex || AVFields.StreamIndex(packet) == _audioIndex)
            {
                return true;
            }

            ffmpeg.av_packet_unref(packet);
        }

        _io.ThrowIfFailed();
        return false;
    }

    public void Dispose()
    {
        var format = _format;
        ffmpeg.avformat_close_input(&format);
        _format = null;
        _io.Dispose();
    }

    private void Open()
    {
        _format = FFmpegException.Check(ffmpeg.avformat_alloc_context(), nameof(ffmpeg.avformat_alloc_context));
        AVFields.SetIo(_format, _io.Io);
        FFmpegException.Check(ffmpeg.av_opt_set(_format, "protocol_whitelist", "", 0), "protocol_whitelist");
        FFmpegException.Check(ffmpeg.av_opt_set(_format, "format_whitelist", Demuxers, 0), "format_whitelist");
        fixed (AVFormatContext** format = &_format)
        {
            if (ffmpeg.avformat_open_input(format, null, null, null) < 0 || ffmpeg.avformat_find_stream_info(_format, null) < 0)
            {
                _io.ThrowIfFailed();
                throw new InputFaultException(InputFault.InvalidVideo);
            }
        }
    }

    private double SecondsPerTick(AVPacket* packet)
    {
        var timeBase = AVFields.TimeBase(AVFields.Stream(_format, AVFields.StreamIndex(packet)));
        return (double)timeBase.num / timeBase.den;
    }
}
