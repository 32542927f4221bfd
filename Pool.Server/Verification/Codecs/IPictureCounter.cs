using Pool.Shared.Media;

namespace Pool.Server.Verification.Codecs;

/// <summary>
/// Counts the pictures of one elementary stream by their headers. There is one for each codec that can be counted; what differs between
/// codecs is in them and nowhere else. Bad bytes are counted as undecodable or named as a fault, never thrown.
/// </summary>
internal interface IPictureCounter
{
    VideoCodec Codec { get; }

    /// <summary>What has been counted so far.</summary>
    PictureTally Tally { get; }

    /// <summary>The container says that what follows is of another picture than what came.</summary>
    void BeginPicture();

    /// <summary>One unit of the stream: the first bytes of a NAL unit, its header included, or of a VP9 frame.</summary>
    void OnUnit(ReadOnlySpan<byte> head);
}

/// <summary>The codecs that can be counted.</summary>
internal static class PictureCounters
{
    /// <summary>A new counter.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none for this codec.</exception>
    public static IPictureCounter Of(VideoCodec codec) => codec switch
    {
        VideoCodec.H264 => new H264PictureCounter(),
        VideoCodec.Hevc => new HevcPictureCounter(),
        VideoCodec.Vp9 => new Vp9PictureCounter(),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "This codec cannot be counted."),
    };
}
