using Pool.Shared.Contracts;
using Pool.Shared.Media;

namespace Pool.Worker.Tests.Transcoding.Formats;

/// <summary>Input that a live stream brings sooner or later. It comes out right, or is refused with the network's words.</summary>
public sealed class SurvivalTests
{
    private const string H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    private const string Sound = "-f lavfi -i sine=duration=1:sample_rate=48000";

    private const double ClockSeconds = (1L << 33) / 90_000.0;

    private static string Picture(string size, int rate = 25, double duration = 1) => $"-f lavfi -i testsrc2=size={size}:rate={rate}:duration={duration}";

    /// <summary>Name, ffmpeg's arguments, container, frames, width and height of what is made for 160x90.</summary>
    public static TheoryData<string, string, string, int, int, int> Kept => new()
    {
        { "1080p60", $"{Picture("1920x1080", 60)} -frames:v 6 {H264}", "mpegts", 6, 160, 90 },
        { "4K", $"{Picture("3840x2160")} -frames:v 2 {H264}", "mpegts", 2, 160, 90 },
        { "portrait", $"{Picture("108x192")} {H264}", "mpegts", 25, 146, 260 },
        { "odd sizes", $"{Picture("321x181")} -frames:v 5 -c:v libvpx-vp9 -deadline realtime -cpu-used 8", "webm", 5, 160, 90 },
        { "very small", $"{Picture("128x72")} {H264}", "mpegts", 25, 160, 90 },
        { "wide", $"{Picture("400x100")} {H264}", "mpegts", 25, 200, 50 },
        { "no sound", $"{Picture("192x108")} {H264}", "mpegts", 25, 160, 90 },
        { "two tracks of sound", $"{Picture("192x108")} {Sound} -map 0:v -map 1:a -map 1:a {H264} -c:a aac", "mpegts", 25, 160, 90 },
        { "B-frames", $"{Picture("192x108")} {Sound} {H264} -bf 3 -x264-params b-pyramid=2:b-adapt=0 -c:a aac", "mpegts", 25, 160, 90 },
        { "interlaced", $"{Picture("192x108")} -vf setfield=tff {H264} -flags +ildct+ilme -x264-params tff=1", "mpegts", 25, 160, 90 },
        { "variable frame rate", $"{Picture("192x108")} -vf setpts='(N+0.4*mod(N\\,3))/(25*TB)' -fps_mode passthrough -enc_time_base -1 {H264}", "mpegts", 25, 160, 90 },
        { "wrapped timestamps", $"{Picture("192x108")} {Sound} {H264} -bf 2 -c:a aac -output_ts_offset 95442.0", "mpegts", 25, 160, 90 },
        { "missing frames", $"{Picture("192x108")} {Sound} {H264} -g 1 -bsf:v noise=amount=0:drop=eq(mod(n\\,5)\\,3) -c:a aac", "mpegts", 20, 160, 90 },
        { "one frame", $"{Picture("192x108")} -frames:v 1 {H264}", "mpegts", 1, 160, 90 },
        { "one frame per second", $"{Picture("192x108", 1, 5)} {H264} -output_ts_offset 10", "mpegts", 5, 160, 90 },
        { "no time between sound and picture", $"{Picture("192x108")} -f lavfi -i anullsrc=r=8000:cl=mono -t 1 {H264} -c:a aac", "mp4", 25, 160, 90 },
        { "300 seconds", $"{Picture("64x64", 1, 300)} {H264} -g 300", "mp4", 300, 160, 160 },
    };

    [Theory]
    [MemberData(nameof(Kept))]
    public void It_comes_out_right(string name, string arguments, string format, int frames, int width, int height)
    {
        Assert.NotEmpty(name);
        var source = MediaTool.Make(arguments, format);
        var before = MediaTool.Probe(source);

        foreach (var made in Engine.Transcode(source, Engine.P90, Engine.P90 with { Container = Container.Mp4 }).Renditions.Select(MediaTool.Probe))
        {
            Assert.Equal((frames, frames, (width, height)), (before.Frames, made.Frames, made.Size));
            Assert.Equal(0, made.KeyFrames[0]);

            // MPEG-TS has no decoding time before zero: an input that begins there is moved as a whole. And its clock begins anew after
            // a day; ffprobe counts the second before as below zero, but MP4 goes on.
            var shift = format != "mpegts" ? made.Times[0] - before.Times[0] : before.Times[0] < 0 && made.Format != "mpegts" ? ClockSeconds : 0;
            OutputFormatTests.Near(before.Times, made.Times, shift);
            Assert.Equal(before.AudioStreams > 0 ? 1 : 0, made.AudioStreams);
            OutputFormatTests.Near(before.AudioTimes, made.AudioTimes, shift);
            if (made.Format == "mpegts" && format == "mpegts")
            {
                Assert.Equal(before.AudioHashes, made.AudioHashes);
            }
        }
    }

    [Theory]
    [InlineData("very high", "-f lavfi -i testsrc2=size=16x4000:rate=25 -frames:v 2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p", "mpegts", InputFault.InvalidResolution)]
    [InlineData("very wide", "-f lavfi -i testsrc2=size=4000x16:rate=25 -frames:v 2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p", "mpegts", InputFault.InvalidResolution)]
    [InlineData("8K in both ways", "-f lavfi -i color=size=8192x8192:rate=25 -frames:v 1 -c:v libvpx-vp9 -deadline realtime -cpu-used 8", "webm", InputFault.InvalidResolution)]
    [InlineData("301 seconds", "-f lavfi -i testsrc2=size=64x64:rate=1:duration=301 -c:v libx264 -preset ultrafast -pix_fmt yuv420p", "mp4", InputFault.InvalidVideo)]
    [InlineData("302 seconds", "-f lavfi -i testsrc2=size=64x64:rate=1:duration=302 -c:v libx264 -preset ultrafast -pix_fmt yuv420p", "mpegts", InputFault.InvalidVideo)]
    [InlineData("sound only", "-f lavfi -i sine=duration=1 -c:a aac", "mpegts", InputFault.InvalidVideo)]
    [InlineData("sound only", "-f lavfi -i sine=duration=1 -c:a aac", "mp4", InputFault.InvalidVideo)]
    [InlineData("no frame", "-f lavfi -i testsrc2=size=64x64 -frames:v 5 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -bsf:v noise=amount=0:drop=1", "mp4", InputFault.InvalidVideo)]
    [InlineData("no key frame", "-f lavfi -i testsrc2=size=64x64 -frames:v 5 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -bsf:v noise=amount=0:drop=key", "mpegts", InputFault.NoKeyFrames)]
    public void It_is_refused_with_the_networks_words(string name, string arguments, string format, string word)
    {
        Assert.NotEmpty(name);

        Assert.Equal(word, Engine.Transcode(MediaTool.Make(arguments, format), Engine.P90).Fault);
    }

    [Fact]
    public void A_change_of_size_keeps_every_frame_in_the_first_size()
    {
        var source = (byte[])[
            .. MediaTool.Make($"{Picture("192x108")} {H264} -frames:v 10"),
            .. MediaTool.Make($"{Picture("128x128")} {H264} -frames:v 10 -output_ts_offset 0.4"),
        ];

        var made = MediaTool.Probe(Engine.Transcode(source, Engine.P90).Single);

        Assert.Equal([(192, 108), (128, 128)], MediaTool.Probe(source).Sizes.Distinct());
        Assert.Equal((20, (160, 90)), (made.Frames, made.Size));
        OutputFormatTests.Near(MediaTool.Probe(source).Times, made.Times);
    }

    [Fact]
    public void An_open_group_at_the_cut_loses_none_of_the_frames_that_can_be_decoded()
    {
        var whole = MediaTool.Make($"{Picture("192x108", 25, 2)} -c:v libx264 -pix_fmt yuv420p -x264-params open-gop=1:keyint=15:min-keyint=15:scenecut=0:bframes=3:b-adapt=0");
        var cut = MediaTool.Remake(whole, "-c copy -copyts -muxdelay 0 -muxpreload 0 -f mpegts", "-ss 1");

        var made = MediaTool.Probe(Engine.Transcode(cut, Engine.P90).Single);

        var clean = MediaTool.Probe(cut).Times;
        Assert.InRange(clean.Count, 15, 45);
        Assert.Subset(made.Times.Select(Milliseconds).ToHashSet(), clean.Select(Milliseconds).ToHashSet());
        Assert.Equal(0, made.KeyFrames[0]);
    }

    [Theory]
    [InlineData("repeated", false)]
    [InlineData("backwards", false)]
    [InlineData("backwards", true)]
    [InlineData("jump", false)]
    [InlineData("jump", true)]
    public void Broken_timestamps_cost_no_frame_and_come_out_rising(string kind, bool ofSound)
    {
        var good = MediaTool.Make($"{Picture("192x108")} {Sound} {H264} -bf 0 -c:a aac");
        var source = TsTimestamps.Change(good, video: !ofSound, (n, time) => kind switch
        {
            "repeated" => n is 7 or 8 ? time - (3600 * (n - 6)) : time,
            "backwards" => n is > 3 and < 9 ? time - 90_000 : time,
            _ => n > 4 ? time + (20 * 90_000) : time,
        });

        foreach (var made in Engine.Transcode(source, Engine.P90, Engine.P90 with { Container = Container.Mp4 }).Renditions.Select(MediaTool.Probe))
        {
            Assert.Equal(25, made.Frames);
            Assert.All(made.Times.Zip(made.Times.Skip(1)), pair => Assert.True(pair.Second > pair.First, $"{pair.First} then {pair.Second}"));
            Assert.All(made.AudioTimes.Zip(made.AudioTimes.Skip(1)), pair => Assert.True(pair.Second > pair.First, $"{pair.First} then {pair.Second}"));
            Assert.Equal(MediaTool.Probe(good).AudioTimes.Count, made.AudioTimes.Count);
        }
    }

    [Theory]
    [InlineData(VideoCodec.H264)]
    [InlineData(VideoCodec.Hevc)]
    public void A_frame_hours_away_is_kept_in_mpeg_ts_and_refused_with_a_word_where_mp4_has_no_number_for_it(VideoCodec codec)
    {
        var source = TsTimestamps.Change(MediaTool.Make($"{Picture("192x108")} {H264} -bf 0"), video: true, (n, time) => n == 12 ? time + (7 * 3600 * 90_000L) : time);
        var profile = Engine.P90 with { Codec = codec };

        Assert.Equal(25, MediaTool.Probe(Engine.Transcode(source, profile).Single).Frames);
        Assert.Equal(InputFault.InvalidArgument, Engine.Transcode(source, profile with { Container = Container.Mp4 }).Fault);
    }

    private static long Milliseconds(double seconds) => (long)Math.Round(seconds * 1000);
}
