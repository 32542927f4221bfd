using FsCheck;
using FsCheck.Fluent;
using Pool.Server.Verification;
using Pool.Shared.Media;

namespace Pool.Server.Tests.Verification;

/// <summary>Our counting against ffprobe's, which decodes.</summary>
public sealed class RenditionCounterTests
{
    private const string Video = "-f lavfi -i testsrc2=size={0}:rate=25:duration=1 -c:v libx264 -preset veryfast -pix_fmt yuv420p";
    private const string Sound = "-f lavfi -i sine=duration=1 -c:a aac";

    private static readonly VideoProfile s_profile = new() { Name = "p", Width = 640, Height = 360, BitrateBps = 1_000_000 };

    [Theory]
    [InlineData("640x360", "")]
    [InlineData("638x358", "-bf 3")]
    [InlineData("1920x1080", "-x264-params slices=4")]
    [InlineData("854x480", "-profile:v baseline")]
    [InlineData("426x240", "-profile:v main -x264-params aud=1")]
    [InlineData("320x240", "-g 1")]
    [InlineData("640x480", "-flags +ildct+ilme -x264-params tff=1")]
    [InlineData("146x82", "-frames:v 1")]
    public void Frames_and_dimensions_are_ffprobes(string size, string options)
    {
        var bytes = Make($"{string.Format(Video, size)} {options}");

        var count = Count(bytes, bytes.Length);

        Clip.Probe(bytes).AssertEqual(count);
        Assert.Equal(count.Frames * count.Width * count.Height, count.Pixels);
        Assert.True(count.StartsWithKeyFrame);
    }

    [Fact]
    public void Sound_is_seen_and_does_not_disturb()
    {
        var bytes = Make($"-f lavfi -i testsrc2=size=640x360:rate=25:duration=1 {Sound.Replace("-c:a aac", "", StringComparison.Ordinal)} -c:v libx264 -pix_fmt yuv420p -c:a aac");

        var count = Count(bytes, 1000);

        Assert.True(count.HasAudio);
        Assert.Equal(25, count.Frames);
    }

    [Fact]
    public void Any_chunking_gives_the_same_count()
    {
        var bytes = Make($"{string.Format(Video, "320x240")} -bf 2");
        var whole = Count(bytes, bytes.Length);

        Prop.ForAll(Gen.Choose(1, 5000).ToArbitrary(), chunk => Count(bytes, chunk) == whole).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_is_no_rendition_is_named()
    {
        Assert.Equal("it is empty", Count([], 1).Fault);
        Assert.Contains("no MPEG transport stream", Count(new byte[1000], 1000).Fault, StringComparison.Ordinal);
        var bytes = Make(string.Format(Video, "320x240"));
        var cut = bytes[..(188 * 20)].Concat(bytes[(188 * 21)..]).ToArray();
        Assert.NotNull(Count(cut, cut.Length).Fault);
    }

    [Fact]
    public void A_rendition_of_another_size_than_asked_for_is_refused()
    {
        var right = Count(Make(string.Format(Video, "640x360")), 5000);
        var small = Count(Make(string.Format(Video, "426x240")), 5000);

        Assert.IsType<RenditionVerdict.Accepted>(RenditionCheck.Check(right, s_profile));
        Assert.Contains("larger side must be 640", Assert.IsType<RenditionVerdict.Refused>(RenditionCheck.Check(small, s_profile)).Reason, StringComparison.Ordinal);
    }

    private static RenditionCount Count(byte[] bytes, int chunk) => Clip.Count(bytes, chunk);

    private static byte[] Make(string arguments) => Clip.Make(arguments, "mpegts");
}
