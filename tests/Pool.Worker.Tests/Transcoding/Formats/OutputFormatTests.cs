using Pool.Shared.Contracts;
using Pool.Shared.Media;

namespace Pool.Worker.Tests.Transcoding.Formats;

/// <summary>Every codec in every container, judged by ffprobe.</summary>
public sealed class OutputFormatTests
{
    private const string Source =
        "-f lavfi -i testsrc2=size=320x180:rate=30:duration=1 -f lavfi -i sine=duration=1:sample_rate=48000 -output_ts_offset 10 " +
        "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -bf 2 -g 30 -c:a aac";

    [Theory]
    [InlineData(VideoCodec.H264, Container.MpegTs, "mpegts", "h264")]
    [InlineData(VideoCodec.H264, Container.Mp4, "mov", "h264")]
    [InlineData(VideoCodec.Hevc, Container.MpegTs, "mpegts", "hevc")]
    [InlineData(VideoCodec.Hevc, Container.Mp4, "mov", "hevc")]
    [InlineData(VideoCodec.Vp9, Container.Mp4, "mov", "vp9")]
    public void Every_format_keeps_frames_times_and_sound(VideoCodec codec, Container container, string format, string codecName)
    {
        var source = MediaTool.Make(Source);
        var before = MediaTool.Probe(source);

        var made = MediaTool.Probe(Engine.Transcode(source, Engine.P90 with { Codec = codec, Container = container }).Single);

        Assert.StartsWith(format, made.Format);
        Assert.Equal((codecName, "yuv420p", 30, (160, 90)), (made.Codec, made.PixelFormat, made.Frames, made.Size));
        Assert.Equal(0, made.KeyFrames[0]);
        Near(before.Times, made.Times);
        Assert.Equal("aac", made.AudioCodec);
        Near(before.AudioTimes, made.AudioTimes);
        if (container == Container.MpegTs)
        {
            Assert.Equal(before.AudioHashes, made.AudioHashes);
        }
        else if (codec == VideoCodec.Hevc)
        {
            Assert.Equal("hvc1", made.Tag);
        }
    }

    [Theory]
    [InlineData(VideoCodec.H264)]
    [InlineData(VideoCodec.Hevc)]
    [InlineData(VideoCodec.Vp9)]
    public void Mp4_has_its_index_before_its_media(VideoCodec codec)
    {
        var made = Engine.Transcode(MediaTool.Make(Source), Engine.P90 with { Codec = codec, Container = Container.Mp4 }).Single;

        Assert.Equal(["ftyp", "moov", "free", "mdat"], Mp4Boxes.Of(made));
        Assert.Equal(30, MediaTool.Probe(MediaTool.Remake(made, "-c copy -f matroska")).Frames);
    }

    [Theory]
    [InlineData(VideoCodec.Vp8, Container.MpegTs, InputFault.EncoderNotFound)]
    [InlineData(VideoCodec.Vp8, Container.Mp4, InputFault.EncoderNotFound)]
    [InlineData(VideoCodec.Vp9, Container.MpegTs, InputFault.UnrecognizedFormat)]
    [InlineData((VideoCodec)9, Container.MpegTs, InputFault.EncoderNotFound)]
    [InlineData(VideoCodec.H264, (Container)2, InputFault.UnrecognizedFormat)]
    public void What_is_not_made_is_refused_by_name(VideoCodec codec, Container container, string word) =>
        Assert.Equal(word, Engine.Transcode(MediaTool.Make(Source), Engine.P90 with { Codec = codec, Container = container }).Fault);

    [Theory]
    [InlineData(EncoderProfile.Default, "High", true)]
    [InlineData(EncoderProfile.H264Baseline, "Constrained Baseline", false)]
    [InlineData(EncoderProfile.H264Main, "Main", true)]
    [InlineData(EncoderProfile.H264High, "High", true)]
    [InlineData(EncoderProfile.H264ConstrainedHigh, "High", false)]
    public void H264_has_the_profile_asked_for(EncoderProfile profile, string name, bool hasBFrames)
    {
        var made = Engine.Transcode(MediaTool.Make(Source), Engine.P90 with { EncoderProfile = profile }).Single;

        Assert.Equal(name, MediaTool.Probe(made).Profile);
        var pictures = MediaTool.WithFile(made, file => MediaTool.Run("ffprobe", $"-v error -select_streams v -show_entries frame=pict_type -of csv=p=0 {file}"));
        Assert.Equal(hasBFrames, pictures.Contains('B', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(VideoCodec.H264, Container.MpegTs)]
    [InlineData(VideoCodec.Hevc, Container.Mp4)]
    [InlineData(VideoCodec.Vp9, Container.Mp4)]
    public void Groups_of_pictures_are_as_long_as_asked_for(VideoCodec codec, Container container)
    {
        var asked = Engine.P90 with { Codec = codec, Container = container };

        var made = Engine.Transcode(
            MediaTool.Make(Source),
            asked with { GopMilliseconds = 400 },
            asked with { GopMilliseconds = 500, FrameRateNumerator = 20 },
            asked with { GopMilliseconds = VideoProfile.IntraOnlyGop }).Renditions.Select(MediaTool.Probe).ToList();

        Assert.Equal([0, 12, 24], made[0].KeyFrames);
        Assert.Equal([0, 10], made[1].KeyFrames);
        Assert.Equal(Enumerable.Range(0, 30), made[2].KeyFrames);
    }

    [Theory]
    [InlineData(15u, 0u)]
    [InlineData(60u, 1u)]
    [InlineData(15u, 2u)]
    [InlineData(30000u, 1001u)]
    public void Frame_rates_may_be_fractions(uint numerator, uint denominator)
    {
        var source = MediaTool.Make(Source);
        var (rate, step) = ($"{numerator}/{Math.Max(1, denominator)}", (double)Math.Max(1, denominator) / numerator);
        var expected = MediaTool.Probe(MediaTool.Remake(source, $"-vf fps={rate} -an -c:v libx264 -preset ultrafast -muxdelay 0 -muxpreload 0 -f mpegts", "-copyts"));
        var asked = Engine.P90 with { FrameRateNumerator = numerator, FrameRateDenominator = denominator };

        var made = Engine.Transcode(source, asked, asked with { Container = Container.Mp4 });

        foreach (var facts in made.Renditions.Select(MediaTool.Probe))
        {
            Near(expected.Times, facts.Times);
            Assert.All(facts.Times.Zip(facts.Times.Skip(1)), pair => Assert.Equal(step, pair.Second - pair.First, 3));
        }
    }

    [Fact]
    public void A_clip_has_the_frames_and_sound_between_its_ends()
    {
        var source = MediaTool.Make(Source);
        var before = MediaTool.Probe(source);
        var start = Math.Min(before.Times[0], before.AudioTimes[0]);

        foreach (var container in new[] { Container.MpegTs, Container.Mp4 })
        {
            var made = MediaTool.Probe(Engine.Transcode(source, new Clip(200, 600), Engine.P90 with { Container = container }).Single);

            var kept = before.Times.Where(time => time - start is >= 0.2 and <= 0.6).ToList();
            Assert.InRange(kept.Count, 12, 13);
            Near(kept, made.Times);
            Near([.. before.AudioTimes.Where(time => time - start is >= 0.2 and <= 0.6)], made.AudioTimes);
        }
    }

    [Fact]
    public void Quality_sets_the_size_and_the_bitrate_caps_it()
    {
        var noisy = MediaTool.Make("-f lavfi -i testsrc2=size=320x180:rate=30:duration=1,noise=alls=40:allf=t -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
        foreach (var (codec, container) in new[] { (VideoCodec.H264, Container.MpegTs), (VideoCodec.Hevc, Container.MpegTs), (VideoCodec.Vp9, Container.Mp4) })
        {
            var asked = Engine.P90 with { Codec = codec, Container = container, BitrateBps = 0 };

            var sizes = Engine.Transcode(
                noisy, asked with { Quality = 20 }, asked with { Quality = 35 }, asked with { Quality = 63 },
                asked with { Quality = 20, BitrateBps = 400_000 }).Renditions.Select(rendition => rendition.Length).ToList();

            Assert.True(sizes[0] > sizes[1] && sizes[1] > sizes[2], $"{codec}: {string.Join(' ', sizes)}");

            // A second at the cap, and a full buffer of another.
            Assert.True(sizes[3] < Math.Min(sizes[0], 2 * 400_000 / 8), $"{codec}: {string.Join(' ', sizes)}");
        }
    }

    /// <summary>Times are the same but for what is lost in rounding: sound in MP4 is counted in samples, Matroska and FLV in milliseconds.</summary>
    internal static void Near(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double shift = 0)
    {
        var isNear = expected.Count == actual.Count && expected.Zip(actual).All(pair => Math.Abs(pair.First + shift - pair.Second) < 0.0015);
        Assert.True(isNear, $"expected {string.Join(' ', expected)} moved by {shift}, found {string.Join(' ', actual)}");
    }
}
