using Pool.Server.Verification;
using Pool.Server.Verification.Codecs;
using Pool.Shared.Media;

namespace Pool.Server.Tests.Verification;

/// <summary>Our counting of VP9 against ffprobe's, which decodes.</summary>
public sealed class Vp9CounterTests
{
    private const string Vp9 = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8";
    private const string AltRef = "-c:v libvpx-vp9 -deadline good -cpu-used 5 -auto-alt-ref 1 -lag-in-frames 25 -b:v 300k";

    [Theory]
    [InlineData("640x360", "yuv420p", Vp9)]
    [InlineData("641x363", "yuv420p", Vp9)]
    [InlineData("146x50", "yuv420p", Vp9 + " -frames:v 1")]
    [InlineData("320x240", "yuv420p", Vp9 + " -g 1")]
    [InlineData("320x240", "yuv420p", Vp9 + " -error-resilient 1 -tile-columns 2 -row-mt 1")]
    [InlineData("320x180", "yuv420p", AltRef)]
    [InlineData("320x180", "yuv444p", AltRef)]
    [InlineData("320x180", "yuv420p10le", Vp9)]
    public void Frames_sizes_and_times_are_ffprobes(string size, string pixels, string options)
    {
        var bytes = Clip.Make($"{Clip.Picture(size, "rate=25:duration=1")} -pix_fmt {pixels} {options}", "mp4");

        var count = Clip.Count(bytes);

        Clip.Probe(bytes).AssertEqual(count);
        Assert.Equal((Container.Mp4, true), (count.Container, count.StartsWithKeyFrame));
    }

    [Fact]
    public void Hidden_frames_in_superframes_are_not_counted_and_frames_that_are_shown_later_are()
    {
        var bytes = Clip.MakeInTwoPasses($"{Clip.Picture("320x180", "rate=25:duration=2")} -pix_fmt yuv420p {AltRef} -auto-alt-ref 6", "mp4");
        var units = System.Text.Encoding.ASCII.GetString(Clip.Remake("-i {0} -c copy -bsf:v vp9_superframe_split", "framecrc", bytes))
            .Split('\n').Where(line => line.StartsWith("0,", StringComparison.Ordinal)).ToList();
        const int LengthColumn = 4;
        Assert.True(units.Count > 50, "This clip has no hidden frame: it tests nothing.");
        Assert.True(units.Exists(unit => unit.Split(',')[LengthColumn].Trim() == "1"), "This clip has no frame that is shown later: it tests nothing.");

        var count = Clip.Count(bytes);

        Clip.Probe(bytes).AssertEqual(count);
        Assert.Equal(50, count.Frames);
    }

    [Fact]
    public void A_change_of_size_is_counted_and_refused()
    {
        var parts = new[] { "640x360", "320x180" }.Select(size => Clip.Make($"{Clip.Picture(size, "rate=25:duration=0.4")} -pix_fmt yuv420p {Vp9}", "mp4"));
        var bytes = Clip.Join("mp4", [.. parts]);

        var count = Clip.Count(bytes);

        Assert.Null(count.Fault);
        Assert.Equal((10 * 640 * 360) + (10 * 320 * 180), count.Pixels);
        Assert.Equal(Clip.Probe(bytes).Pixels, count.Pixels);
        var profile = new VideoProfile { Name = "p", Width = 640, Height = 360, BitrateBps = 9_000_000, Codec = VideoCodec.Vp9, Container = Container.Mp4 };
        Assert.Equal("its size changes", Assert.IsType<RenditionVerdict.Refused>(RenditionCheck.Check(count, profile)).Reason);
    }

    [Fact]
    public void A_frame_takes_its_size_from_the_frame_it_refers_to_or_has_its_own()
    {
        var counter = new Vp9PictureCounter();

        counter.OnUnit(Bits("10 00 0 0 1 0", Sync, "001 0", Size(64, 48), "0"));                                    // key frame into all slots
        counter.OnUnit(Bits("10 00 0 1 0 0 0 00", "00000010", "000 0 000 0 000 0", "0 0 0", Size(32, 24), "0"));      // hidden, of its own size, into slot 1
        counter.OnUnit(Bits("10 00 0 1 1 0 00", "00000000", "001 0 000 0 000 0", "1", "0"));                          // shown, as large as slot 1
        counter.OnUnit(Bits("10 00 0 1 0 1 1", Sync, "00000100", Size(16, 8), "0"));                                  // hidden, intra-only, resilient, into slot 2
        counter.OnUnit(Bits("10 00 1 010"));                                                                          // slot 2 is shown

        Assert.Null(counter.Tally.Fault);
        Assert.Equal((3, (64 * 48) + (32 * 24) + (16 * 8), true), (counter.Tally.Frames, counter.Tally.Pixels, counter.Tally.StartsWithKeyFrame));
    }

    [Theory]
    [InlineData("10 00 1 010")]
    [InlineData("10 00 0 1 1 0 00 00000000 001 0 000 0 000 0 1 0")]
    [InlineData("01 00 0 0 1 0")]
    [InlineData("10 11 1")]
    [InlineData("")]
    public void A_frame_that_refers_to_nothing_or_is_none_cannot_be_counted(string bits)
    {
        var counter = new Vp9PictureCounter();

        counter.OnUnit(Bits(bits));

        Assert.NotNull(counter.Tally.Fault);
        Assert.Equal(0, counter.Tally.Frames);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, 1)]                                         // no index
    [InlineData(new byte[] { 1, 2, 3, 0xc1, 2, 1, 0xc1 }, 2)]
    [InlineData(new byte[] { 1, 2, 3, 0xc9, 2, 0, 1, 0, 0xc9 }, 2)]                  // lengths of two bytes
    [InlineData(new byte[] { 1, 2, 3, 0xc1, 2, 2, 0xc1 }, null)]                     // longer than it is
    [InlineData(new byte[] { 1, 2, 3, 0xc1, 1, 1, 0xc1 }, null)]                     // bytes of no frame
    [InlineData(new byte[] { 1, 2, 3, 0xc1, 0, 3, 0xc1 }, null)]                     // an empty frame
    [InlineData(new byte[] { }, null)]
    public void A_superframe_is_taken_apart_by_its_index(byte[] packet, int? frames)
    {
        var seen = 0;

        Assert.Equal(frames is not null, Vp9Superframe.TryRead(packet, _ => seen++));

        if (frames is not null)
        {
            Assert.Equal(frames, seen);
        }
    }

    private const string Sync = "01001001 10000011 01000010";

    private static string Size(int width, int height) => $"{width - 1:b16} {height - 1:b16}";

    /// <summary>Bits as text, filled up to whole bytes with zeros.</summary>
    private static byte[] Bits(params string[] texts)
    {
        var bits = string.Concat(texts).Replace(" ", "", StringComparison.Ordinal);
        bits = bits.PadRight((bits.Length + 7) / 8 * 8, '0');
        return [.. Enumerable.Range(0, bits.Length / 8).Select(place => Convert.ToByte(bits.Substring(place * 8, 8), 2))];
    }
}
