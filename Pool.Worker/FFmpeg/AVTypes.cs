using System.Runtime.InteropServices;

namespace Pool.Worker.FFmpeg;

/// <summary>A rational number, FFmpeg's type for time bases, frame rates and aspect ratios.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AVRational(int num, int den)
{
    /// <summary>Whether it is a number above zero; FFmpeg says "unknown" with 0/0 and 0/1.</summary>
    internal bool IsPositive => num > 0 && den > 0;

    internal AVRational Inverse => new(den, num);

    public override string ToString() => $"{num}/{den}";
}

internal enum AVMediaType
{
    AVMEDIA_TYPE_VIDEO = 0,
    AVMEDIA_TYPE_AUDIO = 1,
}

/// <summary>The codecs that are told apart here; their numbers never change.</summary>
internal enum AVCodecID
{
    AV_CODEC_ID_H264 = 27,
    AV_CODEC_ID_VP8 = 139,
    AV_CODEC_ID_VP9 = 167,
    AV_CODEC_ID_HEVC = 173,
}

/// <summary>The pixel formats that are told apart here.</summary>
internal enum AVPixelFormat
{
    AV_PIX_FMT_YUV420P = 0,
    AV_PIX_FMT_YUV422P = 4,
    AV_PIX_FMT_YUV444P = 5,
    AV_PIX_FMT_YUVJ420P = 12,
    AV_PIX_FMT_YUVJ422P = 13,
    AV_PIX_FMT_YUVJ444P = 14,
    AV_PIX_FMT_YUV420P10LE = 62,
    AV_PIX_FMT_YUV422P10LE = 64,
    AV_PIX_FMT_YUV444P10LE = 68,
}

internal enum AVPictureType
{
    AV_PICTURE_TYPE_NONE = 0,
    AV_PICTURE_TYPE_I = 1,
}

// Structs that are only ever held by pointer. Fields that must be read come from the layout tables (AVFields).
internal struct AVFormatContext;

internal struct AVStream;

internal struct AVCodecParameters;

internal struct AVCodecContext;

internal struct AVCodec;

internal struct AVPacket;

internal struct AVFrame;

internal struct AVIOContext;

internal struct AVDictionary;

internal struct AVFilter;

internal struct AVFilterContext;

internal struct AVFilterGraph;

internal struct AVInputFormat;

internal struct AVOutputFormat;
