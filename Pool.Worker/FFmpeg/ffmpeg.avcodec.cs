using System.Runtime.InteropServices;

namespace Pool.Worker.FFmpeg;

internal static unsafe partial class ffmpeg
{
    internal const int AV_PKT_FLAG_KEY = 1;

    [LibraryImport(avcodec)]
    internal static partial uint avcodec_version();

    [LibraryImport(avcodec)]
    internal static partial AVCodec* avcodec_find_decoder(AVCodecID id);

    [LibraryImport(avcodec, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial AVCodec* avcodec_find_encoder_by_name(string name);

    [LibraryImport(avcodec)]
    internal static partial AVCodecContext* avcodec_alloc_context3(AVCodec* codec);

    [LibraryImport(avcodec)]
    internal static partial void avcodec_free_context(AVCodecContext** context);

    [LibraryImport(avcodec)]
    internal static partial int avcodec_open2(AVCodecContext* context, AVCodec* codec, AVDictionary** options);

    [LibraryImport(avcodec)]
    internal static partial int avcodec_parameters_to_context(AVCodecContext* context, AVCodecParameters* parameters);

    [LibraryImport(avcodec)]
    internal static partial int avcodec_parameters_from_context(AVCodecParameters* parameters, AVCodecContext* context);

    [LibraryImport(avcodec)]
    internal static partial int avcodec_parameters_copy(AVCodecParameters* target, AVCodecParameters* source);

    [LibraryImport(avcodec)]
    internal static partial int avcodec_send_packet(AVCodecContext* context, AVPacket* packet);

    [LibraryImport(avcodec)]
    internal static partial int avcodec_receive_frame(AVCodecContext* context, AVFrame* frame);

    [LibraryImport(avcodec)]
    internal static partial int avcodec_send_frame(AVCodecContext* context, AVFrame* frame);

    [LibraryImport(avcodec)]
    internal static partial int avcodec_receive_packet(AVCodecContext* context, AVPacket* packet);

    [LibraryImport(avcodec)]
    internal static partial AVPacket* av_packet_alloc();

    [LibraryImport(avcodec)]
    internal static partial AVPacket* av_packet_clone(AVPacket* packet);

    [LibraryImport(avcodec)]
    internal static partial void av_packet_unref(AVPacket* packet);

    [LibraryImport(avcodec)]
    internal static partial void av_packet_free(AVPacket** packet);

    [LibraryImport(avcodec)]
    internal static partial void av_packet_rescale_ts(AVPacket* packet, AVRational from, AVRational to);
}
