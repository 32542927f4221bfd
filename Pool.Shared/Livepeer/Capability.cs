namespace Pool.Shared.Livepeer;

/// <summary>What a job may need and an orchestrator may be able to do. Numbers are the wire's (protocol §2.3).</summary>
public enum Capability
{
    /// <summary>Decoding and encoding H.264.</summary>
    H264 = 0,

    /// <summary>Renditions as MPEG-TS.</summary>
    MpegTs = 1,

    /// <summary>Renditions as MP4.</summary>
    Mp4 = 2,

    /// <summary>Frame rates with a denominator.</summary>
    FractionalFrameRates = 3,

    StorageDirect = 4,
    StorageS3 = 5,
    StorageGcs = 6,
    H264Baseline = 7,
    H264Main = 8,
    H264High = 9,
    H264ConstrainedHigh = 10,

    /// <summary>A group of pictures that the gateway chooses.</summary>
    Gop = 11,

    /// <summary>The session credential of every job; required by all gateways.</summary>
    AuthToken = 12,

    /// <summary>Dead, but its number is taken.</summary>
    SceneClassification = 13,

    /// <summary>Perceptual hashes of renditions.</summary>
    Mpeg7Signature = 14,

    HevcDecode = 15,
    HevcEncode = 16,
    Vp8Decode = 17,
    Vp9Decode = 18,
    Vp8Encode = 19,
    Vp9Encode = 20,
    H264Decode444 = 21,
    H264Decode422 = 22,
    H264Decode444TenBit = 23,
    H264Decode422TenBit = 24,
    H264Decode420TenBit = 25,

    /// <summary>Encoding only a part of the segment; required by every job that came by HTTP push.</summary>
    SegmentSlicing = 26,

    TextToImage = 27,
    ImageToImage = 28,
    ImageToVideo = 29,
    Upscale = 30,
    AudioToText = 31,
    SegmentAnything2 = 32,
    Llm = 33,
    ImageToText = 34,
    LiveVideoToVideo = 35,
    TextToSpeech = 36,
    Byoc = 37,
}
