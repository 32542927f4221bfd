using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Formats;

/// <summary>What the engine reads. Nothing of FFmpeg's that is not named here ever sees a stranger's bytes.</summary>
internal static class InputFormats
{
    internal const string MpegTs = "mpegts";
    private const string Mov = "mov";
    private const string Matroska = "matroska";
    private const string Flv = "flv";
    private const int BoxTypeOffset = 4;

    /// <summary>Demuxers, as FFmpeg's <c>format_whitelist</c> wants them.</summary>
    internal const string DemuxerWhitelist = $"{MpegTs},{Mov},{Matroska},{Flv}";

    /// <summary>
    /// Decoders, as FFmpeg's <c>codec_whitelist</c> wants them. Sound is never decoded, but reading a file's head asks the decoder for
    /// what the container does not say (sample rate, channels).
    /// </summary>
    internal const string DecoderWhitelist = "h264,hevc,vp8,vp9,aac,aac_latm,ac3,eac3,dca,mp2float,mp3float,opus,flac,alac,vorbis";

    /// <summary>Bits above 8 and chroma other than 4:2:0 are made into 8-bit 4:2:0 (protocol §2.3, 21–25).</summary>
    private static readonly AVPixelFormat[] s_pixelFormats =
    [
        AVPixelFormat.AV_PIX_FMT_YUV420P, AVPixelFormat.AV_PIX_FMT_YUVJ420P,
        AVPixelFormat.AV_PIX_FMT_YUV422P, AVPixelFormat.AV_PIX_FMT_YUVJ422P,
        AVPixelFormat.AV_PIX_FMT_YUV444P, AVPixelFormat.AV_PIX_FMT_YUVJ444P,
        AVPixelFormat.AV_PIX_FMT_YUV420P10LE, AVPixelFormat.AV_PIX_FMT_YUV422P10LE, AVPixelFormat.AV_PIX_FMT_YUV444P10LE,
    ];

    /// <summary>First box of an MP4 or QuickTime file, or of a part of one.</summary>
    private static readonly string[] s_firstBoxes = ["ftyp", "styp", "moov", "moof", "mdat", "free", "skip", "wide", "pnot", "sidx", "uuid"];

    /// <summary>
    /// The demuxer for a segment by its first bytes. What is none of the others is MPEG-TS: that alone may begin anywhere, and its
    /// demuxer finds the first whole packet, or nothing.
    /// </summary>
    internal static string DemuxerOf(ReadOnlySpan<byte> segment)
    {
        if (segment.StartsWith(new byte[] { 0x1A, 0x45, 0xDF, 0xA3 }))
        {
            return Matroska;
        }

        if (segment.StartsWith("FLV"u8))
        {
            return Flv;
        }

        return IsBox(segment) ? Mov : MpegTs;
    }

    /// <summary>Whether video of this codec is decoded.</summary>
    internal static bool TakesVideo(AVCodecID codec) =>
        codec is AVCodecID.AV_CODEC_ID_H264 or AVCodecID.AV_CODEC_ID_HEVC or AVCodecID.AV_CODEC_ID_VP8 or AVCodecID.AV_CODEC_ID_VP9;

    /// <summary>Whether decoded frames of this pixel format are transcoded.</summary>
    internal static bool TakesPixels(AVPixelFormat format) => Array.IndexOf(s_pixelFormats, format) >= 0;

    private static bool IsBox(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < BoxTypeOffset + 4)
        {
            return false;
        }

        foreach (var box in s_firstBoxes)
        {
            if (System.Text.Ascii.Equals(segment.Slice(BoxTypeOffset, box.Length), box))
            {
                return true;
            }
        }

        return false;
    }
}
