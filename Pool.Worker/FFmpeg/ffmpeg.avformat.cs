using System.Runtime.InteropServices;

namespace Pool.Worker.FFmpeg;

internal static unsafe partial class ffmpeg
{
    internal const int AVSEEK_SIZE = 0x10000;
    internal const int AVSEEK_FORCE = 0x20000;

    [LibraryImport(avformat)]
    internal static partial uint avformat_version();

    [LibraryImport(avformat, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial AVInputFormat* av_find_input_format(string name);

    [LibraryImport(avformat, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial AVOutputFormat* av_guess_format(string? name, string? filename, string? mimeType);

    [LibraryImport(avformat)]
    internal static partial AVFormatContext* avformat_alloc_context();

    [LibraryImport(avformat)]
    internal static partial void avformat_free_context(AVFormatContext* context);

    [LibraryImport(avformat, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int avformat_open_input(
        AVFormatContext** context, string? url, AVInputFormat* format, AVDictionary** options);

    [LibraryImport(avformat)]
    internal static partial void avformat_close_input(AVFormatContext** context);

    [LibraryImport(avformat)]
    internal static partial int avformat_find_stream_info(AVFormatContext* context, AVDictionary** options);

    [LibraryImport(avformat)]
    internal static partial int av_find_best_stream(
        AVFormatContext* context, AVMediaType type, int wanted, int related, AVCodec** decoder, int flags);

    [LibraryImport(avformat)]
    internal static partial AVRational av_guess_frame_rate(AVFormatContext* context, AVStream* stream, AVFrame* frame);

    [LibraryImport(avformat)]
    internal static partial int av_read_frame(AVFormatContext* context, AVPacket* packet);

    [LibraryImport(avformat, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int avformat_alloc_output_context2(
        AVFormatContext** context, AVOutputFormat* format, string? formatName, string? filename);

    [LibraryImport(avformat)]
    internal static partial AVStream* avformat_new_stream(AVFormatContext* context, AVCodec* codec);

    [LibraryImport(avformat)]
    internal static partial int avformat_write_header(AVFormatContext* context, AVDictionary** options);

    [LibraryImport(avformat)]
    internal static partial int av_interleaved_write_frame(AVFormatContext* context, AVPacket* packet);

    [LibraryImport(avformat)]
    internal static partial int av_write_trailer(AVFormatContext* context);

    [LibraryImport(avformat)]
    internal static partial AVIOContext* avio_alloc_context(
        byte* buffer,
        int bufferSize,
        int writable,
        void* opaque,
        delegate* unmanaged[Cdecl]<void*, byte*, int, int> read,
        delegate* unmanaged[Cdecl]<void*, byte*, int, int> write,
        delegate* unmanaged[Cdecl]<void*, long, int, long> seek);

    [LibraryImport(avformat)]
    internal static partial void avio_flush(AVIOContext* context);

    [LibraryImport(avformat)]
    internal static partial void avio_context_free(AVIOContext** context);
}
