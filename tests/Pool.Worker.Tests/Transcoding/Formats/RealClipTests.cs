using Pool.Shared.Contracts;
using Pool.Shared.Media;

namespace Pool.Worker.Tests.Transcoding.Formats;

/// <summary>The clips of tests/Media, from the network's own transcoder.</summary>
public sealed class RealClipTests
{
    [Theory]
    [InlineData("test.flv", 160, 90)]
    [InlineData("duplicate-audio-dts.ts", 160, 90)]
    [InlineData("portrait.ts", 146, 260)]
    [InlineData("videotest.mp4", 146, 260)]
    [InlineData("skip_1.ts", 160, 90)]
    [InlineData("missing-sei-and-pes.ts", 160, 90)]
    public void It_keeps_its_frames_and_sound(string clip, int width, int height)
    {
        var source = File.ReadAllBytes(Media(clip));
        var before = MediaTool.Probe(source);

        foreach (var made in Engine.Transcode(source, Engine.P90, Engine.P90 with { Container = Container.Mp4 }).Renditions.Select(MediaTool.Probe))
        {
            Assert.Equal((before.Frames, (width, height)), (made.Frames, made.Size));
            Assert.Equal(0, made.KeyFrames[0]);
            Assert.Equal((before.AudioCodec, before.AudioTimes.Count), (made.AudioCodec, made.AudioTimes.Count));
            Assert.All(made.Times.Zip(made.Times.Skip(1)), pair => Assert.True(pair.Second > pair.First, $"{pair.First} then {pair.Second}"));
        }
    }

    [Fact]
    public void A_video_track_without_frames_is_refused() =>
        Assert.Contains(Engine.Transcode(File.ReadAllBytes(Media("zero-frame.ts")), Engine.P90).Fault!, InputFault.Words);

    private static string Media(string name) => Path.Combine(AppContext.BaseDirectory, "Media", name);
}
