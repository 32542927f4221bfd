using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Formats;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Tests.Transcoding.Formats;

public sealed class ProfileCheckTests
{
    public static TheoryData<VideoProfile, string> Refused => new()
    {
        { Engine.P90 with { Width = 0 }, InputFault.InvalidResolution },
        { Engine.P90 with { Height = -1 }, InputFault.InvalidResolution },
        { Engine.P90 with { GopMilliseconds = -2 }, InputFault.InvalidGop },
        { Engine.P90 with { EncoderProfile = (EncoderProfile)5 }, InputFault.UnrecognizedProfile },
        { Engine.P90 with { EncoderProfile = EncoderProfile.H264Main, Codec = VideoCodec.Hevc }, InputFault.UnrecognizedProfile },
        { Engine.P90 with { EncoderProfile = EncoderProfile.H264High, Codec = VideoCodec.Vp9, Container = Container.Mp4 }, InputFault.UnrecognizedProfile },
        { Engine.P90 with { BitrateBps = -1 }, InputFault.InvalidArgument },
        { Engine.P90 with { Quality = TranscodeLimits.MaxQuality + 1 }, InputFault.InvalidArgument },
        { Engine.P90 with { FrameRateNumerator = TranscodeLimits.MaxFramesPerSecond + 1 }, InputFault.InvalidArgument },
        { Engine.P90 with { FrameRateNumerator = uint.MaxValue, FrameRateDenominator = uint.MaxValue }, InputFault.InvalidArgument },
        { Engine.P90 with { Codec = VideoCodec.Vp8 }, InputFault.EncoderNotFound },
        { Engine.P90 with { Codec = VideoCodec.Vp9 }, InputFault.UnrecognizedFormat },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_made_is_refused_with_the_networks_word(VideoProfile profile, string word) =>
        Assert.Equal(word, FaultOf([profile], null));

    [Fact]
    public void A_job_has_one_to_ten_renditions()
    {
        Assert.Null(FaultOf([.. Enumerable.Repeat(Engine.P90, TranscodeLimits.MaxRenditions)], null));
        Assert.Equal(InputFault.TooManyOutputs, FaultOf([.. Enumerable.Repeat(Engine.P90, TranscodeLimits.MaxRenditions + 1)], null));
        Assert.Equal(InputFault.InvalidArgument, FaultOf([], null));
    }

    [Fact]
    public void A_clip_ends_after_it_begins_or_is_open()
    {
        Assert.Null(FaultOf([Engine.P90], new Clip(500, 0)));
        Assert.Null(FaultOf([Engine.P90], new Clip(500, 500)));
        Assert.Equal(InputFault.InvalidArgument, FaultOf([Engine.P90], new Clip(500, 499)));
    }

    [Fact]
    public void Fractions_of_a_frame_per_second_are_taken() =>
        Assert.Null(FaultOf([Engine.P90 with { FrameRateNumerator = 60_000, FrameRateDenominator = 1001 }, Engine.P90 with { FrameRateNumerator = 1, FrameRateDenominator = 4 }], null));

    [Theory]
    [InlineData(VideoCodec.Hevc, 10, 10, 132, 74)]
    [InlineData(VideoCodec.Hevc, 8192, 4608, 8192, 4608)]
    [InlineData(VideoCodec.Hevc, 10_000, 10, 8192, 4608)]
    [InlineData(VideoCodec.H264, 8192, 4608, 4096, 2304)]
    [InlineData(VideoCodec.Vp9, 10, 10, 146, 82)]
    public void Every_codec_has_its_own_sizes(VideoCodec codec, int width, int height, int expectedWidth, int expectedHeight)
    {
        var size = ScaleRule.Fit(1280, 720, width, height, codec);

        Assert.Equal((expectedWidth, expectedHeight), size);
        Assert.True(EncoderSizes.Of(codec).Takes(size));
    }

    private static string? FaultOf(IReadOnlyList<VideoProfile> profiles, Clip? clip)
    {
        try
        {
            ProfileCheck.Check(profiles, clip);
            return null;
        }
        catch (InputFaultException fault)
        {
            return fault.Message;
        }
    }
}
