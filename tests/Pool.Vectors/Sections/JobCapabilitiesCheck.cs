using System.Globalization;
using Pool.Shared.Livepeer;
using Pool.Shared.Media;

namespace Pool.Vectors.Sections;

/// <summary>What a job requires, derived from its input and its renditions.</summary>
internal sealed class JobCapabilitiesCheck : ISectionCheck
{
    public string Section => "job_capabilities";

    public void Check(VectorCase vector)
    {
        var derived = JobCapabilities.For(Read(vector.Fields.Child("input")));
        vector.Expect("capabilities", vector.Fields.WholeNumbers("capabilities"), derived.ToNumbers().Select(number => (long)number));
        vector.Expect("words", vector.Fields.Words("words"), derived.ToWords());
    }

    private static JobNeeds Read(JsonFields input) => new()
    {
        Codec = CodecOf(input.TextOr("codec", "")) switch
        {
            VideoCodec.Hevc => InputCodec.Hevc,
            VideoCodec.Vp8 => InputCodec.Vp8,
            VideoCodec.Vp9 => InputCodec.Vp9,
            _ => InputCodec.H264,
        },
        PixelFormat = input.TextOr("pixelFormat", ""),
        Profiles = [.. input.Children("profiles").Select(ReadProfile)],
        Storage = input.TextOr("storage", "").ToUpperInvariant() switch
        {
            "" => OutputStorage.None,
            "DIRECT" => OutputStorage.Direct,
            "S3" => OutputStorage.S3,
            "GCS" or "GOOGLE" => OutputStorage.Gcs,
            var other => throw new VectorFormatException($"field 'input.storage' is '{other}', which is no storage"),
        },
        Verification = input.WholeNumberOr("verificationFreq", 0) > 0,
        SegmentParameters = input.Flag("segmentParameters"),
    };

    private static VideoProfile ReadProfile(JsonFields fields) => new()
    {
        Name = fields.TextOr("name", ""),
        Width = fields.Int32Or("width", 0),
        Height = fields.Int32Or("height", 0),
        BitrateBps = fields.Int32Or("bitrate", 0),
        FrameRateNumerator = fields.UInt32Or("fps", 0),
        FrameRateDenominator = fields.UInt32Or("fpsDen", 0),
        Container = fields.TextOr("format", "").ToUpperInvariant() switch
        {
            "" or "NONE" or "MPEGTS" => Container.MpegTs,
            "MP4" => Container.Mp4,
            var other => throw new VectorFormatException($"'{other}' is no format"),
        },
        EncoderProfile = fields.TextOr("profile", "").ToUpperInvariant() switch
        {
            "" or "NONE" => EncoderProfile.Default,
            "H264BASELINE" => EncoderProfile.H264Baseline,
            "H264MAIN" => EncoderProfile.H264Main,
            "H264HIGH" => EncoderProfile.H264High,
            "H264CONSTRAINEDHIGH" => EncoderProfile.H264ConstrainedHigh,
            var other => throw new VectorFormatException($"'{other}' is no encoder profile"),
        },
        Codec = CodecOf(fields.TextOr("encoder", "")),
        GopMilliseconds = GopOf(fields.TextOr("gop", "")),
    };

    private static VideoCodec CodecOf(string text) => text.ToUpperInvariant() switch
    {
        "HEVC" or "H265" or "H.265" => VideoCodec.Hevc,
        "VP8" => VideoCodec.Vp8,
        "VP9" => VideoCodec.Vp9,
        _ => VideoCodec.H264,
    };

    /// <summary>
    /// A duration with its unit, as Go writes it. Only whether it is zero matters, so the smallest one is a millisecond here.
    /// </summary>
    private static int GopOf(string text)
    {
        var number = text.TrimEnd('n', 'u', 'm', 's', 'h', 'µ');
        return number.Length > 0 && decimal.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture) != 0 ? 1 : 0;
    }
}
