using Pool.Shared.Contracts;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Devices;
using Pool.Worker.Transcoding.Formats;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Transcoding.Signature;

/// <summary>
/// The perceptual hash of a rendition: FFmpeg's MPEG-7 video signature in its binary form (protocol §4.10). A gateway compares those of
/// several orchestrators, so it is taken where the network's transcoder takes it: of the scaled frames on their way into the encoder.
/// </summary>
/// <remarks>For one thread. Give every frame to <see cref="Push"/>, then call <see cref="Finish"/> once.</remarks>
internal sealed unsafe class RenditionSignature : IDisposable
{
    /// <summary>The filter, as FFmpeg calls it; a build may lack it.</summary>
    internal const string FilterName = "signature";

    /// <summary>Smallest side in pixels: the signature is taken of 32 × 32 blocks, and FFmpeg's filter divides by zero below.</summary>
    internal const int MinSide = 32;

    /// <summary>Longest signature in bytes; a frame takes about 100, and there are at most <see cref="TranscodeLimits.MaxFrames"/>.</summary>
    internal const int MaxBytes = 16 * 1024 * 1024;

    private readonly MemoryFile _file;
    private AVFilterGraph* _graph;
    private AVFilterContext* _source;
    private AVFilterContext* _sink;
    private AVFrame* _passed;
    private AVFrame* _downloaded;
    private long _frames;

    /// <param name="size">Width and height of the frames in pixels, each at least <see cref="MinSide"/>.</param>
    /// <param name="timeBase">Unit of the frames' timestamps.</param>
    /// <param name="format">Their pixel format, in memory.</param>
    /// <exception cref="InputFaultException">There is no such filter, or it does not take this size.</exception>
    internal RenditionSignature(
        (int Width, int Height) size, AVRational timeBase, AVPixelFormat format = AVPixelFormat.AV_PIX_FMT_YUV420P)
    {
        if (Math.Min(size.Width, size.Height) < MinSide)
        {
            throw new InputFaultException(InputFault.FilterGraph);
        }

        _file = new MemoryFile("pool-signature");
        try
        {
            _passed = FFmpegException.Check(ffmpeg.av_frame_alloc(), nameof(ffmpeg.av_frame_alloc));
            _downloaded = FFmpegException.Check(ffmpeg.av_frame_alloc(), nameof(ffmpeg.av_frame_alloc));
            _graph = FFmpegException.Check(ffmpeg.avfilter_graph_alloc(), nameof(ffmpeg.avfilter_graph_alloc));
            Build(size, timeBase, format);
        }
        catch (FFmpegException)
        {
            Dispose();
            throw new InputFaultException(InputFault.FilterGraph);
        }
    }

    /// <summary>The signature of a rendition that is already made, by decoding it.</summary>
    /// <param name="rendition">The whole rendition, in 8-bit 4:2:0 and of one size.</param>
    /// <param name="threads">Threads of the decoder.</param>
    /// <exception cref="InputFaultException">It cannot be decoded, or not be signed.</exception>
    internal static byte[] OfBytes(ReadOnlyMemory<byte> rendition, int threads)
    {
        using var reader = new SegmentReader(rendition, threads);
        RenditionSignature? signature = null;
        try
        {
            var timeBase = AVFields.TimeBase(reader.Video);
            VideoFrames.ForEach(reader, frame =>
            {
                signature ??= new RenditionSignature((AVFields.Width(frame), AVFields.Height(frame)), timeBase);
                signature.Push(frame);
            });
            return signature?.Finish() ?? throw new InputFaultException(InputFault.InvalidVideo);
        }
        finally
        {
            signature?.Dispose();
        }
    }

    /// <summary>Takes the next frame in: 8-bit 4:2:0, of the given size, timestamps rising, in memory or on a device. The frame stays the caller's.</summary>
    internal void Push(AVFrame* frame)
    {
        if (DeviceFrames.IsOnDevice(frame))
        {
            DeviceFrames.Download(_downloaded, frame);
            frame = _downloaded;
        }

        FFmpegException.Check(
            ffmpeg.av_buffersrc_add_frame_flags(_source, frame, ffmpeg.AV_BUFFERSRC_FLAG_KEEP_REF), nameof(ffmpeg.av_buffersrc_add_frame_flags));
        ffmpeg.av_frame_unref(_downloaded);
        _frames++;
        PassOn();
    }

    /// <summary>The signature of all frames.</summary>
    /// <exception cref="InputFaultException">There was none.</exception>
    internal byte[] Finish()
    {
        if (_frames == 0)
        {
            throw new InputFaultException(InputFault.InvalidVideo);
        }

        FFmpegException.Check(ffmpeg.av_buffersrc_close(_source, ffmpeg.AV_NOPTS_VALUE, 0), nameof(ffmpeg.av_buffersrc_close));

        // The filter writes when it is asked for a frame and learns that there is none.
        PassOn();
        return _file.Read(MaxBytes);
    }

    public void Dispose()
    {
        var graph = _graph;
        ffmpeg.avfilter_graph_free(&graph);
        _graph = null;

        var passed = _passed;
        ffmpeg.av_frame_free(&passed);
        _passed = null;

        var downloaded = _downloaded;
        ffmpeg.av_frame_free(&downloaded);
        _downloaded = null;

        _file.Dispose();
    }

    private void Build((int Width, int Height) size, AVRational timeBase, AVPixelFormat format)
    {
        _source = Create("buffer",
            $"video_size={size.Width}x{size.Height}:pix_fmt={(int)format}:time_base={timeBase}:pixel_aspect=1/1");
        var signature = Create(FilterName, $"format=binary:filename={_file.Path}");
        _sink = Create("buffersink", null);
        FFmpegException.Check(ffmpeg.avfilter_link(_source, 0, signature, 0), nameof(ffmpeg.avfilter_link));
        FFmpegException.Check(ffmpeg.avfilter_link(signature, 0, _sink, 0), nameof(ffmpeg.avfilter_link));
        FFmpegException.Check(ffmpeg.avfilter_graph_config(_graph, null), nameof(ffmpeg.avfilter_graph_config));
    }

    private AVFilterContext* Create(string filter, string? arguments)
    {
        AVFilterContext* context = null;
        var kind = FFmpegException.Check(ffmpeg.avfilter_get_by_name(filter), nameof(ffmpeg.avfilter_get_by_name));
        FFmpegException.Check(
            ffmpeg.avfilter_graph_create_filter(&context, kind, filter, arguments, null, _graph), nameof(ffmpeg.avfilter_graph_create_filter));
        return context;
    }

    /// <summary>The filter hands its frames on; nobody needs them.</summary>
    private void PassOn()
    {
        int answer;
        while ((answer = ffmpeg.av_buffersink_get_frame(_sink, _passed)) >= 0)
        {
            ffmpeg.av_frame_unref(_passed);
        }

        if (answer is not (ffmpeg.AVERROR_EAGAIN or ffmpeg.AVERROR_EOF))
        {
            FFmpegException.Check(answer, nameof(ffmpeg.av_buffersink_get_frame));
        }
    }
}
