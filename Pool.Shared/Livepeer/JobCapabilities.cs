using Pool.Shared.Media;

namespace Pool.Shared.Livepeer;

/// <summary>Codecs of a gateway's input that the network knows (protocol §2.3).</summary>
public enum InputCodec
{
    /// <summary>H.264, and everything unknown.</summary>
    H264,
    Hevc,
    Vp8,
    Vp9,
}

/// <summary>Where a gateway wants the renditions to go.</summary>
public enum OutputStorage
{
    /// <summary>Nowhere: it fetches them from the orchestrator.</summary>
    None,
    Direct,
    S3,
    Gcs,
}

/// <summary>What a gateway derives a job's needs from.</summary>
public sealed record JobNeeds
{
    /// <summary>Codec of the input.</summary>
    public InputCodec Codec { get; init; }

    /// <summary>FFmpeg's name of the input's pixel format, e.g. <c>yuv422p10le</c>; empty when unknown.</summary>
    public string PixelFormat { get; init; } = "";

    /// <summary>The renditions.</summary>
    public IReadOnlyList<VideoProfile> Profiles { get; init; } = [];

    /// <summary>Where the renditions go.</summary>
    public OutputStorage Storage { get; init; }

    /// <summary>Whether the gateway verifies by perceptual hash.</summary>
    public bool Verification { get; init; }

    /// <summary>Whether there are segment parameters: always with HTTP push, even when nothing is cut.</summary>
    public bool SegmentParameters { get; init; }
}

/// <summary>The capabilities a job requires of an orchestrator (protocol §2.3).</summary>
public static class JobCapabilities
{
    /// <summary>The capabilities of a job, as a stock gateway derives them.</summary>
    public static CapabilitySet For(JobNeeds needs)
    {
        ArgumentNullException.ThrowIfNull(needs);
        return CapabilitySet.Of([Capability.AuthToken, OfCodec(needs.Codec), .. OfRest(needs), .. needs.Profiles.SelectMany(OfProfile)]);
    }

    private static IEnumerable<Capability> OfRest(JobNeeds needs)
    {
        if (needs.Codec == InputCodec.H264 && OfPixelFormat(needs.PixelFormat) is { } decoding)
        {
            yield return decoding;
        }

        if (needs.Verification)
        {
            yield return Capability.Mpeg7Signature;
        }

        if (needs.SegmentParameters)
        {
            yield return Capability.SegmentSlicing;
        }

        if (OfStorage(needs.Storage) is { } storage)
        {
            yield return storage;
        }
    }

    private static IEnumerable<Capability> OfProfile(VideoProfile profile)
    {
        yield return profile.Container == Container.Mp4 ? Capability.Mp4 : Capability.MpegTs;
        yield return profile.Codec switch
        {
            VideoCodec.Hevc => Capability.HevcEncode,
            VideoCodec.Vp8 => Capability.Vp8Encode,
            VideoCodec.Vp9 => Capability.Vp9Encode,
            _ => Capability.H264,
        };
        if (profile.FrameRateDenominator > 0)
        {
            yield return Capability.FractionalFrameRates;
        }

        if (OfEncoderProfile(profile.EncoderProfile) is { } encoderProfile)
        {
            yield return encoderProfile;
        }

        if (profile.GopMilliseconds != 0)
        {
            yield return Capability.Gop;
        }
    }

    private static Capability OfCodec(InputCodec codec) => codec switch
    {
        InputCodec.Hevc => Capability.HevcDecode,
        InputCodec.Vp8 => Capability.Vp8Decode,
        InputCodec.Vp9 => Capability.Vp9Decode,
        _ => Capability.H264,
    };

    /// <summary>What decoding H.264 of an unusual pixel format takes; 4:2:0 with 8 bits is H.264 itself.</summary>
    private static Capability? OfPixelFormat(string pixelFormat) => pixelFormat switch
    {
        "yuv444p" => Capability.H264Decode444,
        "yuv422p" => Capability.H264Decode422,
        "yuv444p10" or "yuv444p10le" or "yuv444p10be" => Capability.H264Decode444TenBit,
        "yuv422p10" or "yuv422p10le" or "yuv422p10be" => Capability.H264Decode422TenBit,
        "yuv420p10" or "yuv420p10le" or "yuv420p10be" => Capability.H264Decode420TenBit,
        _ => null,
    };

    private static Capability? OfEncoderProfile(EncoderProfile profile) => profile switch
    {
        EncoderProfile.H264Baseline => Capability.H264Baseline,
        EncoderProfile.H264Main => Capability.H264Main,
        EncoderProfile.H264High => Capability.H264High,
        EncoderProfile.H264ConstrainedHigh => Capability.H264ConstrainedHigh,
        _ => null,
    };

    private static Capability? OfStorage(OutputStorage storage) => storage switch
    {
        OutputStorage.Direct => Capability.StorageDirect,
        OutputStorage.S3 => Capability.StorageS3,
        OutputStorage.Gcs => Capability.StorageGcs,
        _ => null,
    };
}
