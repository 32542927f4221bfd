using Pool.Shared.Livepeer;
using Pool.Shared.Media;

namespace Pool.Shared.Tests.Livepeer;

public sealed class ProfileJsonTests
{
    [Fact]
    public void Every_field_is_read()
    {
        const string Json = """
            [{"name": "a", "width": 640, "height": 360, "bitrate": 1200000, "fps": 30000, "fpsDen": 1001, "profile": "h264high",
              "gop": "2.5", "encoder": "H.264", "colorDepth": 2, "chromaFormat": 1, "quality": 23},
             {"width": 426, "height": 240, "bitrate": 600000, "gop": "intra", "encoder": "HEVC", "profile": "None", "name": null}]
            """;

        Assert.True(ProfileJson.TryParse(Json, out var profiles, out _));

        Assert.Equal(
            [
                new VideoProfile
                {
                    Name = "a", Width = 640, Height = 360, BitrateBps = 1200000, FrameRateNumerator = 30000, FrameRateDenominator = 1001,
                    EncoderProfile = EncoderProfile.H264High, GopMilliseconds = 2500, ColorDepth = 2,
                    ChromaFormat = ChromaFormat.Chroma422, Quality = 23,
                },
                new VideoProfile
                {
                    Name = "custom_426x240_600000", Width = 426, Height = 240, BitrateBps = 600000,
                    GopMilliseconds = VideoProfile.IntraOnlyGop, Codec = VideoCodec.Hevc,
                },
            ],
            profiles);
    }

    [Theory]
    [InlineData("{", "the profiles are not JSON")]
    [InlineData("{}", "not a JSON array")]
    [InlineData("[]", "no profile in the array")]
    [InlineData("[1]", "entry 1 is not an object")]
    [InlineData("[{\"width\": 1, \"height\": 1, \"bitrate\": 1}, {\"name\": \"b\"}]", "entry 2 ('b'): field 'width' is missing")]
    [InlineData("[{\"name\": \"b\", \"width\": \"640\"}]", "entry 1 ('b'): field 'width' is not a whole number")]
    [InlineData("[{\"width\": 640, \"height\": 0, \"bitrate\": 1}]", "entry 1: field 'height' is 0; it may be 1 to 2147483647")]
    [InlineData("[{\"width\": 640, \"height\": 2, \"bitrate\": 3000000000}]", "entry 1: field 'bitrate' is 3000000000")]
    [InlineData("[{\"width\": 640, \"height\": 2, \"bitrate\": 3, \"fps\": -1}]", "field 'fps' is -1; it may be 0 to")]
    [InlineData("[{\"width\": 640, \"height\": 2, \"bitrate\": 3, \"gop\": \"two\"}]", "field 'gop' is 'two'")]
    [InlineData("[{\"width\": 640, \"height\": 2, \"bitrate\": 3, \"gop\": \"-1\"}]", "field 'gop' is '-1'")]
    [InlineData("[{\"width\": 640, \"height\": 2, \"bitrate\": 3, \"gop\": \"0.0001\"}]", "less than a millisecond")]
    [InlineData("[{\"width\": 640, \"height\": 2, \"bitrate\": 3, \"gop\": 2}]", "field 'gop' is not a text in quotes")]
    [InlineData("[{\"width\": 640, \"height\": 2, \"bitrate\": 3, \"profile\": \"main\"}]", "field 'profile' is 'main'; there are None,")]
    [InlineData("[{\"width\": 640, \"height\": 2, \"bitrate\": 3, \"encoder\": \"AV1\"}]", "field 'encoder' is 'AV1'; there are H.264,")]
    [InlineData("[{\"width\": 640, \"height\": 2, \"bitrate\": 3, \"colorDepth\": 3}]", "field 'colorDepth' is 3")]
    [InlineData("[{\"width\": 640, \"height\": 2, \"bitrate\": 3, \"quality\": 64}]", "field 'quality' is 64")]
    [InlineData("[{\"widht\": 640}]", "entry 1: field 'widht' is unknown; there are name,")]
    public void Mistake_is_answered_with_its_entry_and_its_field(string json, string expected)
    {
        Assert.False(ProfileJson.TryParse(json, out var profiles, out var error));

        Assert.Null(profiles);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Quality_alone_needs_no_bitrate()
    {
        Assert.True(ProfileJson.TryParse("[{\"width\": 640, \"height\": 360, \"quality\": 23}]", out var profiles, out _));

        Assert.Equal(0, profiles[0].BitrateBps);
    }

    [Fact]
    public void List_of_presets_is_read_in_its_order()
    {
        Assert.True(ProfilePresets.TryParseList(ProfilePresets.DefaultList, out var profiles, out _));

        Assert.Equal([("P240p30fps16x9", 426, 240, 600000), ("P360p30fps16x9", 640, 360, 1200000)], profiles.Select(profile =>
            (profile.Name, profile.Width, profile.Height, profile.BitrateBps)));
    }

    [Theory]
    [InlineData("P240p30fps16x9,P1080p", "entry 2 ('P1080p') is no preset; there are P720p60fps16x9,")]
    [InlineData("", "entry 1 ('') is no preset")]
    [InlineData("P144p25fps16x9", "is no preset")]
    public void Preset_nobody_knows_is_answered_with_all_there_are(string list, string expected)
    {
        Assert.False(ProfilePresets.TryParseList(list, out _, out var error));

        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
