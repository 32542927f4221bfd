using Pool.Shared.Contracts;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Devices;

namespace Pool.Worker.Transcoding.Pipeline;

/// <summary>Scales frames to the rendition's size and, if asked for, to its frame rate (protocol §7.6: fps after scaling).</summary>
internal sealed unsafe class FrameFilter : IDisposable
{
    private AVFilterGraph* _graph;
    private AVFilterContext* _source;
    private AVFilterContext* _sink;
    private long _end = ffmpeg.AV_NOPTS_VALUE;
    private readonly long _step;

    internal FrameFilter(
        ITranscodeDevice device, AVFrame* first, AVRational timeBase, AVRational inputRate, (int Width, int Height) size, AVRational? frameRate)
    {
        Device = device;
        _step = inputRate.IsPositive ? ffmpeg.av_rescale_q(1, inputRate.Inverse, timeBase) : 0;
        _graph = FFmpegException.Check(ffmpeg.avfilter_graph_alloc(), nameof(ffmpeg.avfilter_graph_alloc));
        try
        {
            Build(first, timeBase, inputRate, size, frameRate);
        }
        catch (FFmpegException failure)
        {
            Dispose();
            throw device.IsHardware
                ? new DeviceException($"{device.Name}: its filters did not open ({failure.Message}).")
                : new InputFaultException(InputFault.FilterGraph);
        }
    }

    /// <summary>Where the frames that come out lie.</summary>
    internal ITranscodeDevice Device { get; }

    /// <summary>The end of the graph.</summary>
    internal AVFilterContext* Sink => _sink;

    internal AVRational TimeBase => ffmpeg.av_buffersink_get_time_base(_sink);

    internal AVRational FrameRate => ffmpeg.av_buffersink_get_frame_rate(_sink);

    internal AVRational SampleAspectRatio => ffmpeg.av_buffersink_get_sample_aspect_ratio(_sink);

    /// <summary>Gives a frame in; null is the end, which is where the last frame's time is over: a higher frame rate fills it.</summary>
    internal void Push(AVFrame* frame)
    {
        if (frame == null)
        {
            FFmpegException.Check(ffmpeg.av_buffersrc_close(_source, _end, 0), nameof(ffmpeg.av_buffersrc_close));
            return;
        }

        var duration = AVFields.Duration(frame);
        _end = AVFields.Pts(frame) + (duration > 0 ? duration : _step);
        FFmpegException.Check(
            ffmpeg.av_buffersrc_add_frame_flags(_source, frame, ffmpeg.AV_BUFFERSRC_FLAG_KEEP_REF), nameof(ffmpeg.av_buffersrc_add_frame_flags));
    }

    /// <summary>Takes a frame out; false when none is ready.</summary>
    internal bool TryPull(AVFrame* frame)
    {
        var answer = ffmpeg.av_buffersink_get_frame(_sink, frame);
        return answer is not (ffmpeg.AVERROR_EAGAIN or ffmpeg.AVERROR_EOF) && FFmpegException.Check(answer, nameof(ffmpeg.av_buffersink_get_frame)) >= 0;
    }

    public void Dispose()
    {
        var graph = _graph;
        ffmpeg.avfilter_graph_free(&graph);
        _graph = null;
    }

    private void Build(AVFrame* first, AVRational timeBase, AVRational inputRate, (int Width, int Height) size, AVRational? frameRate)
    {
        var aspect = AVFields.SampleAspectRatio(first);
        var rate = inputRate.IsPositive ? $":frame_rate={inputRate}" : "";
        var pixelAspect = aspect.IsPositive ? aspect.ToString() : "0/1";
        _source = Create("buffer",
            $"video_size={AVFields.Width(first)}x{AVFields.Height(first)}:pix_fmt={AVFields.PixelFormat(first)}:time_base={timeBase}:pixel_aspect={pixelAspect}{rate}");
        DeviceFrames.Announce(_source, first);
        var last = _source;
        foreach (var (filter, arguments) in Device.Scaling(size, frameRate, DeviceFrames.IsOnDevice(first)))
        {
            last = Append(last, filter, arguments);
            Device.AttachFilter(last);
        }

        _sink = Append(last, "buffersink", null);
        FFmpegException.Check(ffmpeg.avfilter_graph_config(_graph, null), nameof(ffmpeg.avfilter_graph_config));
    }

    private AVFilterContext* Append(AVFilterContext* previous, string filter, string? arguments)
    {
        var context = Create(filter, arguments);
        FFmpegException.Check(ffmpeg.avfilter_link(previous, 0, context, 0), nameof(ffmpeg.avfilter_link));
        return context;
    }

    private AVFilterContext* Create(string filter, string? arguments)
    {
        AVFilterContext* context = null;
        var kind = FFmpegException.Check(ffmpeg.avfilter_get_by_name(filter), nameof(ffmpeg.avfilter_get_by_name));
        FFmpegException.Check(
            ffmpeg.avfilter_graph_create_filter(&context, kind, filter, arguments, null, _graph), nameof(ffmpeg.avfilter_graph_create_filter));
        return context;
    }
}
