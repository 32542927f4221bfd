using Pool.Server.Verification;
using Pool.Shared.Media;

namespace Pool.Server.Tests.Verification;

/// <summary>Our counting of MP4 against ffprobe's, which decodes.</summary>
public sealed class Mp4CounterTests
{
    private const string Fast = "-movflags faststart";

    [Theory]
    [InlineData("640x360", "")]
    [InlineData("638x358", "-bf 3 -g 10")]
    [InlineData("1920x1080", "-x264-params slices=4")]
    [InlineData("320x240", "-profile:v baseline -f lavfi -i sine=duration=1 -c:a aac")]
    [InlineData("146x82", "-frames:v 1")]
    [InlineData("640x480", "-flags +ildct+ilme -x264-params tff=1")]
    public void Frames_and_dimensions_are_ffprobes(string size, string options)
    {
        var bytes = Make(size, options, Fast);

        var count = Count(bytes, 1777);

        Clip.Probe(bytes).AssertEqual(count);
        Assert.Equal((Container.Mp4, true, options.Contains("sine", StringComparison.Ordinal)), (count.Container, count.StartsWithKeyFrame, count.HasAudio));
        Assert.Equal(count.Frames * count.Width * count.Height, count.Pixels);
    }

    [Fact]
    public void Any_chunking_gives_the_same_count()
    {
        var bytes = Make("320x240", "-bf 2 -frames:v 10", Fast);
        var whole = Count(bytes, bytes.Length);

        foreach (var chunk in new[] { 1, 2, 3, 7, 8, 9, 100, 4096 })
        {
            Assert.Equal(whole, Count(bytes, chunk));
        }
    }

    [Theory]
    [InlineData("", "comes after its pictures")]
    [InlineData("-movflags frag_keyframe+empty_moov", "in fragments")]
    public void A_file_whose_index_does_not_come_first_is_refused(string flags, string fault) =>
        Assert.Contains(fault, Count(Make("320x240", "", flags), 1000).Fault, StringComparison.Ordinal);

    [Fact]
    public void Pictures_that_only_the_index_names_are_worth_nothing()
    {
        var bytes = Make("320x240", "-frames:v 10", Fast);

        Assert.NotNull(Count(bytes[..^1000], 1000).Fault);
        Assert.NotNull(Count([.. bytes[..^2000], .. new byte[2000]], 1000).Fault);
    }

    [Fact]
    public void A_picture_that_is_none_is_not_counted()
    {
        var bytes = Make("320x240", "-frames:v 10 -bf 0", Fast);
        var nal = bytes.AsSpan().IndexOf("mdat"u8) + 4;
        const int LengthBytes = 4;
        while ((bytes[nal + LengthBytes] & 0x1f) != 1)
        {
            nal += LengthBytes + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(nal));
        }

        const byte Filler = 12;
        bytes[nal + LengthBytes] = Filler;

        Assert.Equal("the index of the MP4 file names 10 pictures, but 9 are there", Count(bytes, 1000).Fault);
    }

    [Fact]
    public void A_container_that_was_not_asked_for_is_refused()
    {
        var profile = new VideoProfile { Name = "p", Width = 320, Height = 240, BitrateBps = 1, Container = Container.Mp4 };
        var count = Count(Make("320x240", "", Fast), 1000);

        Assert.IsType<RenditionVerdict.Accepted>(RenditionCheck.Check(count, profile));
        Assert.IsType<RenditionVerdict.Refused>(RenditionCheck.Check(count, profile with { Container = Container.MpegTs }));
    }

    private static RenditionCount Count(byte[] bytes, int chunk) => Clip.Count(bytes, chunk);

    private static byte[] Make(string size, string options, string flags)
    {
        var sound = options.IndexOf("-f lavfi", StringComparison.Ordinal);
        var (video, inputs) = sound < 0 ? (options, "") : (options[..sound], options[sound..]);
        var audio = inputs.Length == 0 ? "" : inputs[..inputs.IndexOf("-c:a", StringComparison.Ordinal)];
        var audioCodec = inputs.Length == 0 ? "" : "-c:a aac";
        return Clip.Make($"{Clip.Picture(size)} {audio} -c:v libx264 -preset veryfast -pix_fmt yuv420p {video} {audioCodec} {(flags.Length > 0 ? flags : "-movflags 0")}", "mp4");
    }
}
