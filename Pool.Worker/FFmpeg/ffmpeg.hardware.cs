using System.Runtime.InteropServices;

namespace Pool.Worker.FFmpeg;

internal static unsafe partial class ffmpeg
{
    internal const int AVERROR_ENOENT = -2;
    internal const int AVERROR_EIO = -5;
    internal const int AVERROR_ENOSYS = -38;

    [LibraryImport(avutil)]
    internal static partial AVBufferRef* av_buffer_ref(AVBufferRef* buffer);

    [LibraryImport(avutil)]
    internal static partial void av_buffer_unref(AVBufferRef** buffer);

    [LibraryImport(avutil, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int av_hwdevice_ctx_create(
        AVBufferRef** device, AVHWDeviceType type, string? name, AVDictionary* options, int flags);

    [LibraryImport(avutil)]
    internal static partial int av_hwdevice_ctx_create_derived(AVBufferRef** device, AVHWDeviceType type, AVBufferRef* source, int flags);

    [LibraryImport(avutil)]
    internal static partial int av_hwframe_transfer_data(AVFrame* target, AVFrame* source, int flags);

    [LibraryImport(avfilter)]
    internal static partial AVBufferSrcParameters* av_buffersrc_parameters_alloc();

    [LibraryImport(avfilter)]
    internal static partial int av_buffersrc_parameters_set(AVFilterContext* source, AVBufferSrcParameters* parameters);

    [LibraryImport(avfilter)]
    internal static partial AVBufferRef* av_buffersink_get_hw_frames_ctx(AVFilterContext* sink);
}
