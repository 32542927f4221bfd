using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Devices;

namespace Pool.Worker.Tests.Transcoding.Devices;

/// <summary>What the network's profiles become on each device (protocol §7.6), and that FFmpeg's own encoders know every word of it.</summary>
public sealed class EncoderOptionTests
{
    private static readonly VideoProfile s_plain = new() { Name = "360p", Width = 640, Height = 360, BitrateBps = 1_000_000 };

    public EncoderOptionTests() => FFmpegLibraries.Load();

    [Fact]
    public void A_bitrate_is_minimum_average_and_maximum_at_once()
    {
        Assert.Equal(
            ["preset=medium", "forced-idr=1", "bf=0", "rc=cbr", "b=1000000", "maxrate=1000000", "bufsize=1000000", "g=250"],
            Of(new NvidiaKind(), s_plain));
        Assert.Equal(["bf=3", "b=1000000", "maxrate=1000000", "bufsize=1000000", "g=250"], Of(new VaapiKind(), s_plain));
        Assert.Equal(
            ["flags=+cgop", "preset=medium", "forced_idr=1", "bf=3", "b=1000000", "maxrate=1000000", "bufsize=1000000", "g=250"],
            Of(new QsvKind(), s_plain));
    }

    [Theory]
    [InlineData(20, "27")]
    [InlineData(44, "51")]
    [InlineData(63, "51")]
    public void A_quality_is_seven_higher_on_nvenc_and_the_bitrate_only_its_cap(uint quality, string expected)
    {
        var options = Of(new NvidiaKind(), s_plain with { Quality = quality });

        Assert.Equal(["rc=vbr", $"cq={expected}", "b=0", "maxrate=1000000", "bufsize=1000000"], options.Skip(3).SkipLast(1));
        Assert.DoesNotContain("maxrate=0", Of(new NvidiaKind(), s_plain with { Quality = quality, BitrateBps = 0 }));
    }

    [Fact]
    public void A_quality_with_a_cap_is_not_a_constant_bitrate_elsewhere()
    {
        var profile = s_plain with { Quality = 60 };

        Assert.Equal(["global_quality=51", "b=1000000", "maxrate=1000000", "bufsize=1000000"], Of(new VaapiKind(), profile).Skip(1).SkipLast(1));
        Assert.Equal(["global_quality=51", "b=900000", "maxrate=1000000", "bufsize=1000000"], Of(new QsvKind(), profile).Skip(4).SkipLast(1));
        Assert.Contains("global_quality=240", Of(new VaapiKind(), profile with { Codec = VideoCodec.Vp9, Container = Container.Mp4 }));
    }

    [Theory]
    [InlineData(VideoCodec.H264, "cq=30", "global_quality=23")]
    [InlineData(VideoCodec.Hevc, "cq=35", "global_quality=28")]
    public void Neither_bitrate_nor_quality_is_what_the_software_encoders_do_by_themselves(VideoCodec codec, string nvenc, string others)
    {
        var profile = s_plain with { BitrateBps = 0, Codec = codec };

        Assert.Contains(nvenc, Of(new NvidiaKind(), profile));
        Assert.Contains(others, Of(new VaapiKind(), profile));
        Assert.Contains(others, Of(new QsvKind(), profile));
    }

    [Theory]
    [InlineData(EncoderProfile.Default, 0u, "0", "3", null, null)]
    [InlineData(EncoderProfile.Default, 30u, "0", "3", null, null)]
    [InlineData(EncoderProfile.H264Baseline, 30u, "0", "0", "baseline", "constrained_baseline")]
    [InlineData(EncoderProfile.H264Main, 30u, "3", "3", "main", "main")]
    [InlineData(EncoderProfile.H264High, 30u, "3", "3", "high", "high")]
    [InlineData(EncoderProfile.H264High, 0u, "0", "3", "high", "high")]
    [InlineData(EncoderProfile.H264ConstrainedHigh, 30u, "0", "0", "high", "high")]
    public void Profiles_and_b_frames_are_the_networks(
        EncoderProfile asked, uint framesPerSecond, string nvencBFrames, string otherBFrames, string? profile, string? vaapiProfile)
    {
        var video = s_plain with { EncoderProfile = asked, FrameRateNumerator = framesPerSecond };

        Assert.Equal((nvencBFrames, profile), BFramesAndProfile(new NvidiaKind(), video));
        Assert.Equal((otherBFrames, vaapiProfile), BFramesAndProfile(new VaapiKind(), video));
        Assert.Equal((otherBFrames, profile), BFramesAndProfile(new QsvKind(), video));
    }

    [Theory]
    [InlineData(0, 0u, 0u, "250", "250")]
    [InlineData(-1, 0u, 0u, "0", "1")]
    [InlineData(-1, 30u, 1u, "0", "1")]
    [InlineData(2000, 30u, 1u, "60", "60")]
    [InlineData(1500, 60u, 2u, "90", "90")]
    [InlineData(2000, 0u, 0u, "250", "250")]
    [InlineData(1, 30u, 1u, "0", "1")]
    public void A_group_is_seconds_times_the_frame_rates_numerator(int milliseconds, uint numerator, uint denominator, string nvenc, string others)
    {
        var profile = s_plain with { GopMilliseconds = milliseconds, FrameRateNumerator = numerator, FrameRateDenominator = denominator };

        Assert.Equal($"g={nvenc}", Of(new NvidiaKind(), profile)[^1]);
        Assert.Equal($"g={others}", Of(new VaapiKind(), profile)[^1]);
        Assert.Equal($"g={others}", Of(new QsvKind(), profile)[^1]);
    }

    [Fact]
    public void Key_frames_only_leave_no_room_for_b_frames()
    {
        var profile = s_plain with { GopMilliseconds = VideoProfile.IntraOnlyGop, EncoderProfile = EncoderProfile.H264High, FrameRateNumerator = 30 };

        Assert.All((HardwareKind[])[new NvidiaKind(), new VaapiKind(), new QsvKind()], kind => Assert.Contains("bf=0", Of(kind, profile)));
    }

    [Fact]
    public void An_mp4_has_its_parameter_sets_in_its_head() => Assert.All(
        (HardwareKind[])[new NvidiaKind(), new VaapiKind(), new QsvKind()],
        kind => Assert.Equal("flags=+global_header", Of(kind, s_plain with { Container = Container.Mp4 })[0]));

    [Fact]
    public void A_gpu_that_has_only_the_low_power_encoder_gets_one_other_try()
    {
        var kind = new VaapiKind();

        Assert.DoesNotContain("low_power=1", Of(kind, s_plain));
        Assert.True(kind.TryOtherEncoder());
        Assert.Contains("low_power=1", Of(kind, s_plain));
        Assert.False(kind.TryOtherEncoder());
        Assert.False(new NvidiaKind().TryOtherEncoder());
    }

    public static TheoryData<string, VideoCodec> Encoders
    {
        get
        {
            var all = new TheoryData<string, VideoCodec>();
            foreach (var kind in Kinds())
            {
                foreach (var codec in kind.Encoders.Keys)
                {
                    all.Add(kind.FrameFormat, codec);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public unsafe void Ffmpegs_encoder_knows_every_option(string frameFormat, VideoCodec codec)
    {
        var kind = Kinds().Single(one => one.FrameFormat == frameFormat);
        Assert.True(kind is not VaapiKind || kind.TryOtherEncoder());
        var encoder = ffmpeg.avcodec_find_encoder_by_name(kind.Encoders[codec]);
        Assert.True(encoder != null);

        foreach (var profile in Profiles(codec))
        {
            var context = ffmpeg.avcodec_alloc_context3(encoder);
            foreach (var (option, value) in kind.EncoderOptions(profile))
            {
                Assert.True(
                    ffmpeg.av_opt_set(context, option, value, ffmpeg.AV_OPT_SEARCH_CHILDREN) == 0, $"{kind.Encoders[codec]} refuses {option}={value}");
            }

            ffmpeg.avcodec_free_context(&context);
        }
    }

    [Fact]
    public void A_codec_that_a_device_cannot_make_is_refused_in_the_networks_words() => Assert.Equal(
        InputFault.EncoderNotFound,
        Assert.Throws<InputFaultException>(() => NvidiaWithoutDriver().EncoderOf(VideoCodec.Vp9)).Message);

    private static unsafe HardwareDevice NvidiaWithoutDriver() => new(new DeviceName(DeviceKind.Nvidia, "0"), new NvidiaKind(), null, null);

    private static List<HardwareKind> Kinds() => [new NvidiaKind(), new VaapiKind(), new QsvKind()];

    private static IEnumerable<VideoProfile> Profiles(VideoCodec codec) =>
        from profile in codec == VideoCodec.H264 ? Enum.GetValues<EncoderProfile>() : [EncoderProfile.Default]
        from container in codec == VideoCodec.Vp9 ? [Container.Mp4] : new[] { Container.MpegTs, Container.Mp4 }
        from quality in new[] { 0u, 1u, 63u }
        from bitrate in new[] { 0, 1_000_000, int.MaxValue }
        from gop in new[] { 0, 2000, int.MaxValue, VideoProfile.IntraOnlyGop }
        from rate in new[] { 0u, 30u }
        select s_plain with
        {
            Codec = codec,
            EncoderProfile = profile,
            Container = container,
            Quality = quality,
            BitrateBps = bitrate,
            GopMilliseconds = gop,
            FrameRateNumerator = rate,
        };

    private static List<string> Of(HardwareKind kind, VideoProfile profile) =>
        [.. kind.EncoderOptions(profile).Select(option => $"{option.Option}={option.Value}")];

    private static (string BFrames, string? Profile) BFramesAndProfile(HardwareKind kind, VideoProfile profile)
    {
        var options = kind.EncoderOptions(profile).ToList();
        return (options.Single(option => option.Option == "bf").Value, options.SingleOrDefault(option => option.Option == "profile").Value);
    }
}
