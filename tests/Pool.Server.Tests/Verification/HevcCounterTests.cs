using Pool.Server.Verification;
using Pool.Shared.Media;

namespace Pool.Server.Tests.Verification;

/// <summary>Our counting of HEVC against ffprobe's, which decodes.</summary>
public sealed class HevcCounterTests
{
    private const string Hevc = "-c:v libx265 -preset ultrafast -x265-params log-level=none";

    [Theory]
    [InlineData("640x360", "")]
    [InlineData("638x358", ":bframes=3:keyint=10")]
    [InlineData("642x362", ":bframes=4:open-gop=1:keyint=8:min-keyint=8")]
    [InlineData("1920x1080", ":slices=4")]
    [InlineData("320x240", ":keyint=1")]
    [InlineData("320x240", ":temporal-layers=1:bframes=4")]
    [InlineData("426x240", ":aud=1:hrd=1:repeat-headers=1:vbv-maxrate=500:vbv-bufsize=500")]
    [InlineData("134x42", " -frames:v 1")]
    [InlineData("640x360", " -pix_fmt yuv422p")]
    [InlineData("642x362", " -pix_fmt yuv420p10le")]
    public void Frames_sizes_and_times_are_ffprobes_in_both_containers(string size, string options)
    {
        var arguments = $"{Clip.Picture(size)} -pix_fmt yuv420p {Hevc}{options}";

        foreach (var (format, container) in new[] { ("mpegts", Container.MpegTs), ("mp4 -tag:v hvc1", Container.Mp4), ("mp4 -tag:v hev1", Container.Mp4) })
        {
            var bytes = Clip.Make(arguments + Tag(format), format.Split(' ')[0]);
            var count = Clip.Count(bytes);

            Clip.Probe(bytes).AssertEqual(count);
            Assert.Equal((container, true), (count.Container, count.StartsWithKeyFrame));
        }
    }

    [Fact]
    public void Sound_does_not_disturb()
    {
        var bytes = Clip.Make($"{Clip.Picture("640x360")} -f lavfi -i sine=duration=1 -pix_fmt yuv420p {Hevc} -c:a aac", "mpegts");

        var count = Clip.Count(bytes, 1000);

        Assert.True(count.HasAudio);
        Assert.Equal((25, VideoCodec.Hevc), (count.Frames, count.Codec));
    }

    [Fact]
    public void Pictures_that_lead_the_one_a_decoder_starts_with_are_not_counted()
    {
        var whole = Clip.Make($"{Clip.Picture("320x240", "rate=25:duration=2")} -pix_fmt yuv420p "
            + "-c:v libx265 -preset medium -x265-params log-level=none:bframes=4:open-gop=1:keyint=16:min-keyint=1:scenecut=0", "mpegts");
        var cut = Clip.Remake("-ss 1 -i {0} -c copy -copyts", "mpegts", whole);

        var count = Clip.Count(cut);

        var probed = Clip.Probe(cut);
        Assert.Null(count.Fault);
        Assert.Equal((probed.Frames, probed.Pixels, false), (count.Frames, count.Pixels, count.StartsWithKeyFrame));
        Assert.True(probed.Frames < Packets(cut), "No picture of this clip is left out by a decoder: it tests nothing.");
    }

    [Theory]
    [InlineData("mpegts")]
    [InlineData("mp4")]
    public void A_change_of_size_is_counted_and_refused(string format)
    {
        var parts = new[] { "640x360", "320x180" }.Select(size => Clip.Make($"{Clip.Picture(size, "rate=25:duration=0.4")} -pix_fmt yuv420p {Hevc}:repeat-headers=1", "mpegts"));
        var bytes = Clip.Remake($"-i {{0}} -c copy -tag:v {(format == "mp4" ? "hev1" : "0")}", format, Clip.Join("mpegts", [.. parts]));

        var count = Clip.Count(bytes);

        Assert.Null(count.Fault);
        Assert.Equal((10 * 640 * 360) + (10 * 320 * 180), count.Pixels);
        Assert.Equal(Clip.Probe(bytes).Pixels, count.Pixels);
        var profile = new VideoProfile { Name = "p", Width = 640, Height = 360, BitrateBps = 9_000_000, Codec = VideoCodec.Hevc, Container = count.Container };
        Assert.Equal("its size changes", Assert.IsType<RenditionVerdict.Refused>(RenditionCheck.Check(count, profile)).Reason);
    }

    private static string Tag(string format) => format.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space ? format[space..] : "";

    private static int Packets(byte[] bytes)
    {
        var file = Clip.NewFile();
        try
        {
            File.WriteAllBytes(file, bytes);
            return int.Parse(Clip.Call("ffprobe", $"-v quiet -count_packets -select_streams v:0 -show_entries stream=nb_read_packets -of csv=p=0 {file}").Split('\n', ',')[0]);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
