using System.Runtime.InteropServices;

namespace Pool.Worker.FFmpeg;

/// <summary>The functions of FFmpeg's libraries that this program calls, under their own names.</summary>
internal static unsafe partial class ffmpeg
{
    internal const string avutil = nameof(avutil);
    internal const string avcodec = nameof(avcodec);
    internal const string avformat = nameof(avformat);
    internal const string avfilter = nameof(avfilter);

    internal const long AV_NOPTS_VALUE = long.MinValue;

    /// <summary>Units of a second in which a format context gives its start and duration.</summary>
    internal const int AV_TIME_BASE = 1_000_000;
    internal const int AV_LOG_ERROR = 16;
    internal const int AV_OPT_SEARCH_CHILDREN = 1;

    internal const int AVERROR_EOF = -541478725;
    internal const int AVERROR_INVALIDDATA = -1094995529;
    internal const int AVERROR_PATCHWELCOME = -1163346256;
    internal const int AVERROR_EXTERNAL = -542398533;
    internal const int AVERROR_EAGAIN = -11;
    internal const int AVERROR_ENOMEM = -12;
    internal const int AVERROR_EINVAL = -22;

    [LibraryImport(avutil)]
    internal static partial uint avutil_version();

    [LibraryImport(avutil)]
    internal static partial void av_log_set_level(int level);

    [LibraryImport(avutil)]
    internal static partial void* av_malloc(nuint size);

    [LibraryImport(avutil)]
    internal static partial void av_freep(void* pointerToPointer);

    [LibraryImport(avutil)]
    internal static partial int av_strerror(int code, byte* buffer, nuint size);

    [LibraryImport(avutil, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int av_opt_set(void* target, string name, string value, int searchFlags);

    [LibraryImport(avutil, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int av_opt_set_int(void* target, string name, long value, int searchFlags);

    [LibraryImport(avutil, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int av_opt_get_int(void* target, string name, int searchFlags, long* value);

    [LibraryImport(avutil, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int av_opt_set_q(void* target, string name, AVRational value, int searchFlags);

    [LibraryImport(avutil, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int av_dict_set(AVDictionary** dictionary, string key, string value, int flags);

    [LibraryImport(avutil)]
    internal static partial void av_dict_free(AVDictionary** dictionary);

    [LibraryImport(avutil)]
    internal static partial AVFrame* av_frame_alloc();

    [LibraryImport(avutil)]
    internal static partial AVFrame* av_frame_clone(AVFrame* frame);

    [LibraryImport(avutil)]
    internal static partial void av_frame_unref(AVFrame* frame);

    [LibraryImport(avutil)]
    internal static partial void av_frame_free(AVFrame** frame);

    [LibraryImport(avutil)]
    internal static partial long av_rescale_q(long value, AVRational from, AVRational to);

    [LibraryImport(avutil)]
    internal static partial byte* av_get_pix_fmt_name(int format);

    [LibraryImport(avutil, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int av_get_pix_fmt(string name);
}
