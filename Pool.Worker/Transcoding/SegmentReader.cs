using Pool.Shared.Contracts;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding;

/// <summary>Opens a segment, gives its packets and decodes its video.</summary>
internal sealed unsafe class SegmentReader : IDisposable
{
    /// <summary>Longest segment of the network, in seconds (protocol §1.4, §7.6 guards).</summary>
    private const int MaxSeconds = 300;

    private const string InputFormat = "mpegts";

    private readonly MemoryInput _input;
    private AVFormatContext* _format;
    private AVCodecContext* _decoder;

    internal SegmentReader(ReadOnlyMemory<byte> segment, int threads)
    {
        _input = new MemoryInput(segment);
        try
        {
            Open();
            OpenDecoder(threads);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal int VideoIndex { get; private set; }

    /// <summary>Index of the audio stream that is copied; negative when there is none.</summary>
    internal int AudioIndex { get; private set; }

    internal AVStream* Video => AVFields.Stream(_format, VideoIndex);

    internal AVStream* Audio => AVFields.Stream(_format, AudioIndex);

    internal AVRational FrameRate => ffmpeg.av_guess_frame_rate(_format, Video, null);

    /// <summary>Start of the file in seconds; clips count from here.</summary>
    internal double StartSeconds
    {
        get
        {
            var start = AVFields.StartTime(_format);
            return start == ffmpeg.AV_NOPTS_VALUE ? 0 : (double)start / ffmpeg.AV_TIME_BASE;
        }
    }

    internal AVCodecContext* Decoder => _decoder;

    /// <summary>The next packet; false at the end. A damaged end is an end.</summary>
    internal bool TryRead(AVPacket* packet) => ffmpeg.av_read_frame(_format, packet) >= 0;

    public void Dispose()
    {
        var decoder = _decoder;
        ffmpeg.avcodec_free_context(&decoder);
        _decoder = null;

        var format = _format;
        ffmpeg.avformat_close_input(&format);
        _format = null;

        _input.Dispose();
    }

    private void Open()
    {
        _format = FFmpegException.Check(ffmpeg.avformat_alloc_context(), nameof(ffmpeg.avformat_alloc_context));
        AVFields.SetIo(_format, _input.Io);
        _ = ffmpeg.av_opt_set(_format, "protocol_whitelist", "", 0);
        var demuxer = ffmpeg.av_find_input_format(InputFormat);
        if (demuxer == null)
        {
            throw new InputFaultException(InputFault.DemuxerNotFound);
        }

        fixed (AVFormatContext** format = &_format)
        {
            if (ffmpeg.avformat_open_input(format, null, demuxer, null) < 0 || ffmpeg.avformat_find_stream_info(_format, null) < 0)
            {
                throw new InputFaultException(InputFault.InvalidVideo);
            }
        }

        VideoIndex = ffmpeg.av_find_best_stream(_format, AVMediaType.AVMEDIA_TYPE_VIDEO, -1, -1, null, 0);
        AudioIndex = ffmpeg.av_find_best_stream(_format, AVMediaType.AVMEDIA_TYPE_AUDIO, -1, VideoIndex, null, 0);
        if (VideoIndex < 0 || AVFields.Duration(_format) > (long)MaxSeconds * ffmpeg.AV_TIME_BASE)
        {
            throw new InputFaultException(InputFault.InvalidVideo);
        }
    }

    private void OpenDecoder(int threads)
    {
        var parameters = AVFields.Parameters(Video);
        if (AVFields.CodecId(parameters) != AVCodecID.AV_CODEC_ID_H264)
        {
            throw new InputFaultException(InputFault.UnsupportedCodec);
        }

        var codec = ffmpeg.avcodec_find_decoder(AVCodecID.AV_CODEC_ID_H264);
        if (codec == null)
        {
            throw new InputFaultException(InputFault.DecoderNotFound);
        }

        _decoder = FFmpegException.Check(ffmpeg.avcodec_alloc_context3(codec), nameof(ffmpeg.avcodec_alloc_context3));
        FFmpegException.Check(ffmpeg.avcodec_parameters_to_context(_decoder, parameters), nameof(ffmpeg.avcodec_parameters_to_context));
        AVFields.PacketTimeBase(_decoder) = AVFields.TimeBase(Video);
        _ = ffmpeg.av_opt_set_int(_decoder, "threads", threads, 0);

        // Frames before the first clean one come out too: a segment cut at an open GOP loses none.
        _ = ffmpeg.av_opt_set(_decoder, "flags", "+output_corrupt", 0);
        FFmpegException.Check(ffmpeg.avcodec_open2(_decoder, codec, null), nameof(ffmpeg.avcodec_open2));
    }
}
