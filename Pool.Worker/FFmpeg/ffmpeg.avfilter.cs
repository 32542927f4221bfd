using System.Runtime.InteropServices;

namespace Pool.Worker.FFmpeg;

internal static unsafe partial class ffmpeg
{
    internal const int AV_BUFFERSRC_FLAG_KEEP_REF = 8;

    [LibraryImport(avfilter)]
    internal static partial uint avfilter_version();

    [LibraryImport(avfilter, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial AVFilter* avfilter_get_by_name(string name);

    [LibraryImport(avfilter)]
    internal static partial AVFilterGraph* avfilter_graph_alloc();

    [LibraryImport(avfilter)]
    internal static partial void avfilter_graph_free(AVFilterGraph** graph);

    [LibraryImport(avfilter, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int avfilter_graph_create_filter(
        AVFilterContext** context, AVFilter* filter, string name, string? arguments, void* opaque, AVFilterGraph* graph);

    [LibraryImport(avfilter)]
    internal static partial int avfilter_link(AVFilterContext* source, uint sourcePad, AVFilterContext* target, uint targetPad);

    [LibraryImport(avfilter)]
    internal static partial int avfilter_graph_config(AVFilterGraph* graph, void* logContext);

    [LibraryImport(avfilter)]
    internal static partial int av_buffersrc_add_frame_flags(AVFilterContext* source, AVFrame* frame, int flags);

    [LibraryImport(avfilter)]
    internal static partial int av_buffersrc_close(AVFilterContext* source, long pts, uint flags);

    [LibraryImport(avfilter)]
    internal static partial int av_buffersink_get_frame(AVFilterContext* sink, AVFrame* frame);

    [LibraryImport(avfilter)]
    internal static partial AVRational av_buffersink_get_time_base(AVFilterContext* sink);

    [LibraryImport(avfilter)]
    internal static partial AVRational av_buffersink_get_frame_rate(AVFilterContext* sink);

    [LibraryImport(avfilter)]
    internal static partial AVRational av_buffersink_get_sample_aspect_ratio(AVFilterContext* sink);
}
