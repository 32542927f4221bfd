using Pool.Shared.Contracts;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Devices;
using Pool.Worker.Transcoding.Files;
using Pool.Worker.Transcoding.Formats;

namespace Pool.Worker.Transcoding.Pipeline;

/// <summary>Opens a segment, gives its packets and decodes its video.</summary>
internal sealed unsafe class SegmentReader : IDisposable
{
    private const int TransportClockBits = 33;

    private readonly MemoryInput _input;
    private readonly bool _isTransport;
    private AVFormatContext* _format;
    private AVCodecContext* _decoder;
    private bool _hasComplained;

    /// <param name="segment">The segment: MPEG-TS, MP4, Matroska or FLV.</param>
    /// <param name="threads">Threads of a decoder on the CPU.</param>
    /// <param name="device">Decodes what it can; null is the CPU.</param>
    /// <exception cref="InputFaultException">It cannot be read, or is beyond <see cref="TranscodeLimits"/>.</exception>
    internal SegmentReader(ReadOnlyMemory<byte> segment, int threads, ITranscodeDevice? device = null)
    {
        Device = device ?? CpuDevice.Instance;
        if (segment.Length is 0 or > TranscodeLimits.MaxBytes)
        {
            throw new InputFaultException(InputFault.InvalidVideo);
        }

        _input = new MemoryInput(segment);
        try
        {
            var demuxer = InputFormats.DemuxerOf(segment.Span);
            _isTransport = demuxer == InputFormats.MpegTs;
            Open(demuxer);
            OpenDecoder(threads);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Unit of MPEG-TS's timestamps.</summary>
    internal static AVRational TransportClock { get; } = new(1, 90_000);

    internal ITranscodeDevice Device { get; }

    /// <summary>Whether the device decodes, and has only so many frames (<see cref="HardwareKind.DecodedFramesInUse"/>).</summary>
    internal bool IsOnDevice { get; private set; }

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

    /// <summary>
    /// What must be added to times, in ticks of <see cref="TransportClock"/>, so that renditions have the input's. Within a minute of the
    /// place where MPEG-TS's clock of 33 bits begins anew, the demuxer counts from there backwards, and a muxer would move what is below
    /// zero: one turn of the clock puts it right.
    /// </summary>
    internal long WrapTicks => _isTransport && AVFields.StartTime(_format) is < 0 and not ffmpeg.AV_NOPTS_VALUE ? 1L << TransportClockBits : 0;

    /// <summary>Width of the video as its container or its head says; frames may differ.</summary>
    internal int Width => AVFields.Width(AVFields.Parameters(Video));

    /// <summary>Height, likewise.</summary>
    internal int Height => AVFields.Height(AVFields.Parameters(Video));

    internal AVCodecContext* Decoder => _decoder;

    /// <summary>What a decoded frame's pixels are, wherever they lie. A device that does not take what it should is told of, once a segment.</summary>
    internal AVPixelFormat PixelFormatOf(AVFrame* frame)
    {
        if (IsOnDevice && !_hasComplained && !DeviceFrames.IsOnDevice(frame))
        {
            _hasComplained = true;
            Console.Error.WriteLine($"{Device.Name} did not take a segment's video, which is decoded on the CPU instead");
        }

        return DeviceFrames.PixelFormat(frame);
    }

    /// <summary>The next packet; false at the end. A damaged end is an end.</summary>
    internal bool TryRead(AVPacket* packet) => ffmpeg.av_read_frame(_format, packet) >= 0;

    /// <summary>All frames are out: the decoder's memory goes back while the encoders are still at work.</summary>
    internal void CloseDecoder()
    {
        var decoder = _decoder;
        ffmpeg.avcodec_free_context(&decoder);
        _decoder = null;
    }

    public void Dispose()
    {
        CloseDecoder();
        var format = _format;
        ffmpeg.avformat_close_input(&format);
        _format = null;

        _input.Dispose();
    }

    private void Open(string demuxerName)
    {
        _format = FFmpegException.Check(ffmpeg.avformat_alloc_context(), nameof(ffmpeg.avformat_alloc_context));
        AVFields.SetIo(_format, _input.Io);
        Limit();
        var demuxer = ffmpeg.av_find_input_format(demuxerName);
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
        if (VideoIndex < 0 || AVFields.Duration(_format) / ffmpeg.AV_TIME_BASE > TranscodeLimits.MaxSeconds)
        {
            throw new InputFaultException(InputFault.InvalidVideo);
        }
    }

    /// <summary>Only our bytes, only the named demuxers and decoders, and only so much reading ahead.</summary>
    private void Limit()
    {
        Set("protocol_whitelist", "");
        Set("format_whitelist", InputFormats.DemuxerWhitelist);
        Set("codec_whitelist", InputFormats.DecoderWhitelist);
        Set("max_streams", TranscodeLimits.MaxStreams);
        Set("probesize", TranscodeLimits.ProbeBytes);
        Set("analyzeduration", TranscodeLimits.ProbeMicroseconds);
    }

    private void OpenDecoder(int threads)
    {
        var parameters = AVFields.Parameters(Video);
        var codecId = AVFields.CodecId(parameters);
        if (!InputFormats.TakesVideo(codecId))
        {
            throw new InputFaultException(InputFault.UnsupportedCodec);
        }

        var (width, height) = (AVFields.Width(parameters), AVFields.Height(parameters));
        if (Math.Max(width, height) > TranscodeLimits.MaxInputSide || (long)width * height > TranscodeLimits.MaxInputPixels)
        {
            throw new InputFaultException(InputFault.InvalidResolution);
        }

        var codec = ffmpeg.avcodec_find_decoder(codecId);
        if (codec == null)
        {
            throw new InputFaultException(InputFault.DecoderNotFound);
        }

        _decoder = FFmpegException.Check(ffmpeg.avcodec_alloc_context3(codec), nameof(ffmpeg.avcodec_alloc_context3));
        if (ffmpeg.avcodec_parameters_to_context(_decoder, parameters) < 0)
        {
            throw new InputFaultException(InputFault.InvalidVideo);
        }

        AVFields.PacketTimeBase(_decoder) = AVFields.TimeBase(Video);
        if (Device.Decodes(codecId, (AVPixelFormat)AVFields.PixelFormat(parameters)))
        {
            // A device works by itself; more threads would only take more of its frames.
            (IsOnDevice, threads) = (true, 1);
            Device.AttachDecoder(_decoder);
            _ = ffmpeg.av_opt_set_int(_decoder, "extra_hw_frames", HardwareKind.DecodedFramesInUse, 0);
        }

        _ = ffmpeg.av_opt_set_int(_decoder, "threads", threads, 0);
        _ = ffmpeg.av_opt_set_int(_decoder, "max_pixels", TranscodeLimits.MaxInputPixels, 0);

        // Frames before the first clean one come out too: a segment cut at an open GOP loses none.
        _ = ffmpeg.av_opt_set(_decoder, "flags", "+output_corrupt", 0);
        if (ffmpeg.avcodec_open2(_decoder, codec, null) < 0)
        {
            // The codec's own head, in the container, is broken.
            throw new InputFaultException(InputFault.InvalidVideo);
        }
    }

    private void Set(string option, string value) => FFmpegException.Check(ffmpeg.av_opt_set(_format, option, value, 0), option);

    private void Set(string option, long value) => FFmpegException.Check(ffmpeg.av_opt_set_int(_format, option, value, 0), option);
}
