using System.Globalization;
using System.Text.Json;
using Pool.Shared.Media;

namespace Pool.Shared.Livepeer;

/// <summary>What is wrong with a profile, in a sentence. Thrown and caught within this folder.</summary>
internal sealed class ProfileJsonException(string message) : Exception(message);

/// <summary>One object of the array; names of fields may be written in any case, as the network's gateways allow.</summary>
internal sealed class ProfileJsonEntry
{
    /// <summary>Highest constant rate factor of any codec.</summary>
    private const int MaxQuality = 63;

    private const string IntraOnly = "intra";

    private static readonly string[] s_fields =
        ["name", "width", "height", "bitrate", "fps", "fpsDen", "profile", "gop", "encoder", "colorDepth", "chromaFormat", "quality"];

    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _entry;

    /// <param name="element">The object.</param>
    /// <param name="number">Its place in the array, from 1.</param>
    public ProfileJsonEntry(JsonElement element, int number)
    {
        _entry = $"entry {number}";
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new ProfileJsonException($"{_entry} is not an object");
        }

        foreach (var property in element.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
        {
            if (!s_fields.Contains(property.Name, StringComparer.OrdinalIgnoreCase))
            {
                throw Error(property.Name, $"is unknown; there are {string.Join(", ", s_fields)}");
            }

            _values[property.Name] = property.Value;
        }

        if (Text("name") is { Length: > 0 } name)
        {
            _entry = $"entry {number} ('{name}')";
        }
    }

    public VideoProfile Read()
    {
        var (width, height) = (Number("width", 1, int.MaxValue), Number("height", 1, int.MaxValue));
        var quality = Number("quality", 0, MaxQuality, absent: 0);
        var bitrate = Number("bitrate", quality > 0 ? 0 : 1, int.MaxValue, absent: quality > 0 ? 0 : null);
        var name = Text("name");
        return new VideoProfile
        {
            Name = name.Length > 0 ? name : $"custom_{ProfileWire.DimensionsOf((int)width, (int)height, (int)bitrate)}",
            Width = (int)width,
            Height = (int)height,
            BitrateBps = (int)bitrate,
            FrameRateNumerator = (uint)Number("fps", 0, uint.MaxValue, absent: 0),
            FrameRateDenominator = (uint)Number("fpsDen", 0, uint.MaxValue, absent: 0),
            EncoderProfile = EncoderProfileOf(Text("profile")),
            GopMilliseconds = GopOf(Text("gop")),
            Codec = CodecOf(Text("encoder")),
            ColorDepth = ColorDepthOf(Number("colorDepth", 0, 8, absent: 0)),
            ChromaFormat = (ChromaFormat)Number("chromaFormat", 0, (int)ChromaFormat.Chroma444, absent: 0),
            Quality = (uint)quality,
        };
    }

    private EncoderProfile EncoderProfileOf(string text) => text.ToUpperInvariant() switch
    {
        "" or "NONE" => EncoderProfile.Default,
        "H264BASELINE" => EncoderProfile.H264Baseline,
        "H264MAIN" => EncoderProfile.H264Main,
        "H264HIGH" => EncoderProfile.H264High,
        "H264CONSTRAINEDHIGH" => EncoderProfile.H264ConstrainedHigh,
        _ => throw Error("profile", $"is '{text}'; there are None, H264Baseline, H264Main, H264High, H264ConstrainedHigh"),
    };

    private VideoCodec CodecOf(string text) => text.ToUpperInvariant() switch
    {
        "" or "H.264" => VideoCodec.H264,
        "HEVC" => VideoCodec.Hevc,
        "VP8" => VideoCodec.Vp8,
        "VP9" => VideoCodec.Vp9,
        _ => throw Error("encoder", $"is '{text}'; there are H.264, HEVC, VP8, VP9"),
    };

    /// <summary>Seconds as a decimal, in quotes; the wire carries whole milliseconds.</summary>
    private int GopOf(string text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        if (string.Equals(text, IntraOnly, StringComparison.OrdinalIgnoreCase))
        {
            return VideoProfile.IntraOnlyGop;
        }

        const decimal Longest = int.MaxValue / 1000;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds > Longest)
        {
            throw Error("gop", $"is '{text}': give seconds as a decimal, \"0\" or \"{IntraOnly}\"");
        }

        var milliseconds = (int)(seconds * 1000);
        return milliseconds > 0 || seconds == 0 ? milliseconds : throw Error("gop", $"is '{text}' seconds, less than a millisecond");
    }

    private int ColorDepthOf(long value) => value is 0 or 2 or 4 or 8
        ? (int)value
        : throw Error("colorDepth", $"is {value}; it is bits minus 8: 0, 2, 4 or 8");

    private string Text(string field)
    {
        if (!_values.TryGetValue(field, out var value))
        {
            return "";
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : throw Error(field, "is not a text in quotes");
    }

    private long Number(string field, long least, long most, long? absent = null)
    {
        if (!_values.TryGetValue(field, out var value))
        {
            return absent ?? throw Error(field, "is missing");
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
        {
            throw Error(field, "is not a whole number");
        }

        return number >= least && number <= most ? number : throw Error(field, $"is {number}; it may be {least} to {most}");
    }

    private ProfileJsonException Error(string field, string what) => new($"{_entry}: field '{field}' {what}");
}
