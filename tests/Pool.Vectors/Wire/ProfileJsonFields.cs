using Pool.Shared.Media;

namespace Pool.Vectors.Wire;

/// <summary>A profile as the vectors write it: names of the wire, enums as numbers, absent = default.</summary>
internal static class ProfileJsonFields
{
    public static VideoProfile Read(JsonFields fields) => new()
    {
        Name = fields.TextOr("name", ""),
        Width = fields.Int32Or("width", 0),
        Height = fields.Int32Or("height", 0),
        BitrateBps = fields.Int32Or("bitrate", 0),
        FrameRateNumerator = fields.UInt32Or("fps", 0),
        FrameRateDenominator = fields.UInt32Or("fpsDen", 0),
        Container = (Container)fields.Int32Or("format", 0),
        EncoderProfile = (EncoderProfile)fields.Int32Or("profile", 0),
        GopMilliseconds = fields.Int32Or("gop", 0),
        Codec = (VideoCodec)fields.Int32Or("encoder", 0),
        ColorDepth = fields.Int32Or("colorDepth", 0),
        ChromaFormat = (ChromaFormat)fields.Int32Or("chromaFormat", 0),
        Quality = fields.UInt32Or("quality", 0),
    };
}
