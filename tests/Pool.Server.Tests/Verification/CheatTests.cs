using System.Buffers.Binary;
using Pool.Server.Verification;
using Pool.Server.Verification.Codecs;
using Pool.Shared.Media;

namespace Pool.Server.Tests.Verification;

/// <summary>What a worker may try, to be paid for pixels that no gateway will see.</summary>
public sealed class CheatTests
{
    private const int Packet = 188;
    private const string H264 = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast -bf 0 -frames:v 10";
    private const string Hevc = "-pix_fmt yuv420p -c:v libx265 -preset ultrafast -x265-params log-level=none -frames:v 10";

    private static readonly VideoProfile s_profile = new() { Name = "p", Width = 640, Height = 360, BitrateBps = 1_000_000 };

    [Theory]
    [InlineData("mpegts", "-map 0 -map 1", "more than one video")]
    [InlineData("mpegts", "-map 0 -map 1 -program title=a:st=0 -program title=b:st=1", "more than one program")]
    [InlineData("mp4", "-map 0 -map 1", "more than one video")]
    public void Two_videos_in_one_rendition_are_refused(string format, string maps, string fault) =>
        Assert.Contains(fault, Clip.Count(Clip.Make($"{Clip.Picture("320x180")} {Clip.Picture("640x360")} {maps} {H264}", format)).Fault, StringComparison.Ordinal);

    [Fact]
    public void A_stream_that_the_program_does_not_name_is_refused()
    {
        var bytes = Stream();
        var added = bytes.AsSpan(VideoPacket(bytes, 0), Packet).ToArray();
        (added[1], added[2]) = ((byte)(0x40 | 0x05), 0x55);

        Assert.Equal("it has packets of a stream that its program does not name", Clip.Count([.. bytes, .. added]).Fault);
    }

    [Fact]
    public void A_packet_that_comes_twice_is_refused()
    {
        var bytes = Stream();
        var place = VideoPacket(bytes, 3);

        Assert.Equal("packets of its video are repeated", Clip.Count([.. bytes[..(place + Packet)], .. bytes[place..]]).Fault);
    }

    [Fact]
    public void A_scrambled_packet_is_refused()
    {
        var bytes = Stream();
        bytes[VideoPacket(bytes, 3) + 3] |= 0x80;

        Assert.Equal("a packet of its video is marked as damaged or scrambled", Clip.Count(bytes).Fault);
    }

    [Fact]
    public void Pictures_without_a_time_of_their_own_are_refused()
    {
        var bytes = Stream();
        var times = Times(bytes);
        var without = bytes.ToArray();
        without[times[3] - 2] &= 0x3f;
        var twice = bytes.ToArray();
        bytes.AsSpan(times[3], 5).CopyTo(twice.AsSpan(times[4]));

        Assert.Equal("it has 10 pictures, but times for 9", Clip.Count(without).Fault);
        Assert.Equal("two of its frames are shown at the same time", Clip.Count(twice).Fault);
    }

    [Theory]
    [InlineData(VideoCodec.H264, new byte[] { 0x41 })]
    [InlineData(VideoCodec.H264, new byte[] { 0x65, 0x80 })]
    [InlineData(VideoCodec.Hevc, new byte[] { 0x02, 0x01 })]
    [InlineData(VideoCodec.Hevc, new byte[] { 0x02, 0x01, 0x80 })]
    [InlineData(VideoCodec.Vp9, new byte[] { 0x80 })]
    internal void An_empty_slice_is_no_picture(VideoCodec codec, byte[] slice)
    {
        var counter = PictureCounters.Of(codec);
        counter.OnUnit(slice);

        Assert.Equal(0, counter.Tally.Frames);
        Assert.NotNull(counter.Tally.Fault);
    }

    [Fact]
    public void A_picture_that_is_sent_again_is_refused()
    {
        var counter = new HevcPictureCounter();
        var units = new List<byte[]>();
        var reader = new AnnexBReader(head => units.Add(head.ToArray()));
        reader.Append(Clip.Make($"{Clip.Picture("320x180")} {Hevc}", "hevc"));
        reader.Finish();
        units.ForEach(unit => counter.OnUnit(unit));
        Assert.Equal((null, 10L), (counter.Tally.Fault, counter.Tally.Frames));

        counter.OnUnit(units[^1]);

        Assert.Equal("one of its pictures is there twice", counter.Tally.Fault);
    }

    [Theory]
    [InlineData("libx264 -bsf:v h264_metadata=crop_right=320", "h264")]
    [InlineData("libx265 -x265-params log-level=none -bsf:v hevc_metadata=crop_right=320", "hevc")]
    public void A_declared_crop_is_counted_and_not_what_was_asked_for(string codec, string name)
    {
        var bytes = Clip.Make($"{Clip.Picture("640x360")} -pix_fmt yuv420p -preset ultrafast -c:v {codec}", "mpegts");

        var count = Clip.Count(bytes);

        Clip.Probe(bytes).AssertEqual(count);
        Assert.Equal((320, 360, name), (count.Width, count.Height, count.Codec.ToString().ToLowerInvariant()));
        AssertRefused("larger side must be 640", count, s_profile with { Codec = count.Codec });
    }

    [Fact]
    public void Filling_is_refused()
    {
        var filled = Clip.Count(Clip.Make(
            $"{Clip.Picture("640x360")} -pix_fmt yuv420p -c:v libx264 -preset ultrafast -b:v 20M -minrate 20M -maxrate 20M -bufsize 20M -x264-params nal-hrd=cbr", "mpegts"));

        AssertRefused("too many for 1000000 bit/s", filled, s_profile);
        Assert.IsType<RenditionVerdict.Accepted>(RenditionCheck.Check(filled, s_profile with { BitrateBps = 20_000_000 }));
    }

    [Fact]
    public void What_an_encoder_cannot_make_smaller_is_not_refused()
    {
        var profile = s_profile with { Width = 146, Height = 82, BitrateBps = 1000, GopMilliseconds = VideoProfile.IntraOnlyGop };
        var count = Clip.Count(Clip.Make(
            "-f lavfi -i nullsrc=s=146x82:r=25,geq=lum='random(1)*255':cb='random(2)*255':cr='random(3)*255' -frames:v 10 -pix_fmt yuv420p "
            + "-c:v libx265 -x265-params log-level=none:keyint=1:qp=51", "mpegts"));

        Assert.IsType<RenditionVerdict.Accepted>(RenditionCheck.Check(count, profile with { Codec = VideoCodec.Hevc }));
    }

    [Theory]
    [InlineData("mpegts")]
    [InlineData("mp4")]
    public void More_or_fewer_frames_than_the_frame_rate_has_are_refused(string format)
    {
        var count = Clip.Count(Clip.Make($"{Clip.Picture("640x360")} -pix_fmt yuv420p -c:v libx264 -preset ultrafast", format));
        var profile = s_profile with { Container = count.Container, BitrateBps = 4_000_000 };

        Assert.IsType<RenditionVerdict.Accepted>(RenditionCheck.Check(count, profile with { FrameRateNumerator = 25 }));
        Assert.IsType<RenditionVerdict.Accepted>(RenditionCheck.Check(count, profile with { FrameRateNumerator = 24_975, FrameRateDenominator = 1000 }));
        AssertRefused("it has 25 frames, but 10 a second", count, profile with { FrameRateNumerator = 10 });
        AssertRefused("it has 25 frames, but 30 a second", count, profile with { FrameRateNumerator = 30 });
    }

    [Fact]
    public void What_the_segment_does_not_have_is_refused()
    {
        var source = SourceFacts.Of(Clip.Count(Clip.Make($"{Clip.Picture("1280x720")} {H264}", "mpegts")));
        var good = Clip.Count(Clip.Make($"{Clip.Picture("640x360")} {H264}", "mpegts"));
        var flat = Clip.Count(Clip.Make($"{Clip.Picture("640x90")} {H264}", "mpegts"));
        var padded = Clip.Count(Clip.Make($"{Clip.Picture("640x360", "rate=50:duration=1")} {H264} -frames:v 20", "mpegts"));
        var stretched = Clip.Count(Clip.Make($"{Clip.Picture("640x360", "rate=25:duration=1")} {H264} -frames:v 20", "mpegts"));

        Assert.Equal(new SourceFacts(1280, 720, 10, TimeSpan.FromMilliseconds(360)), source);
        Assert.IsType<RenditionVerdict.Accepted>(RenditionCheck.Check(good, s_profile, source));
        AssertRefused("it is 640x90, but 1280x720 in 640x360 is 640x360", flat, s_profile, source);
        AssertRefused("it has 20 frames, but the segment has 10", padded, s_profile, source);
        AssertRefused("too many for 25 a second and the segment's 0.44 s", stretched, s_profile with { FrameRateNumerator = 25 }, source);
    }

    [Fact]
    public void A_segment_in_which_not_everything_is_in_order_is_no_measure()
    {
        var good = Clip.Make($"{Clip.Picture("640x360")} {H264}", "mpegts");

        Assert.Null(SourceFacts.Of(Clip.Count(good[..^Packet].Concat(new byte[Packet]).ToArray())));
        Assert.Null(SourceFacts.Of(Clip.Count(Clip.Make($"{Clip.Picture("640x360")} {H264}", "mp4"))));
        Assert.Null(SourceFacts.Of(Clip.Count(new byte[1000])));
    }

    [Fact]
    public void Another_codec_than_was_asked_for_is_refused()
    {
        var count = Clip.Count(Clip.Make($"{Clip.Picture("640x360")} {Hevc}", "mpegts"));

        Assert.IsType<RenditionVerdict.Accepted>(RenditionCheck.Check(count, s_profile with { Codec = VideoCodec.Hevc }));
        AssertRefused("it is Hevc, but H264 was asked for", count, s_profile);
        AssertRefused("it is Hevc, but Vp9 was asked for", count, s_profile with { Codec = VideoCodec.Vp9, Container = Container.Mp4 });
    }

    [Fact]
    public void Renditions_of_one_segment_last_equally_long()
    {
        var made = Clip.Count(Clip.Make($"{Clip.Picture("640x360")} {H264}", "mpegts"));
        var stretched = Clip.Count(Clip.Make($"{Clip.Picture("640x360", "rate=5:duration=2")} {H264}", "mpegts"));

        Assert.Null(RenditionSetCheck.Fault([(s_profile, made), (s_profile, made)]));
        Assert.Contains("lasts 2 s", RenditionSetCheck.Fault([(s_profile, made), (s_profile, stretched)]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stco", 4, 0x7f000000, "are not there")]                                 // where the pictures lie: outside
    [InlineData("stco", 4, 16, "lie before its media data")]
    [InlineData("stsz", 4, 0, "it has no frame")]                                        // how many there are: none
    [InlineData("stsz", 4, 11, "the index of the MP4 file is damaged")]                  // one more than there are
    [InlineData("stsc", 12, 2, "the index of the MP4 file is damaged")]                  // a codec that is not described
    [InlineData("stsd", 0, 2, "the index of the MP4 file is damaged")]                   // two of them
    [InlineData("stts", 8, 0, "shown at the same time")]
    [InlineData("mdhd", 8, 0, "the index of the MP4 file is damaged")]
    [InlineData("elst", 8, 100_000, "leaves pictures out")]
    [InlineData("elst", 4, 100, "leaves pictures out")]
    [InlineData("elst", 0, 5, "the index of the MP4 file is damaged")]                   // more edits than there are
    public void An_index_that_names_what_is_not_shown_is_refused(string box, int place, int value, string fault)
    {
        var bytes = Clip.Make($"{Clip.Picture("320x180")} {H264}", "mp4").ToArray();
        Assert.Null(Clip.Count(bytes).Fault);
        const int VersionAndFlags = 4;
        var body = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(box)) + 4 + VersionAndFlags;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(body + place), value);

        Assert.Contains(fault, Clip.Count(bytes).Fault, StringComparison.Ordinal);
    }

    private static void AssertRefused(string reason, RenditionCount count, VideoProfile profile, SourceFacts? source = null) =>
        Assert.Contains(reason, Assert.IsType<RenditionVerdict.Refused>(RenditionCheck.Check(count, profile, source)).Reason, StringComparison.Ordinal);

    /// <summary>A good transport stream whose video has the packet id 0x100, a copy that may be changed.</summary>
    private static byte[] Stream()
    {
        var bytes = Clip.Make($"{Clip.Picture("320x180")} {H264}", "mpegts").ToArray();
        Assert.Equal((null, 10L), (Clip.Count(bytes).Fault, Clip.Count(bytes).Frames));
        return bytes;
    }

    /// <summary>Place of the video's packet of this number.</summary>
    private static int VideoPacket(byte[] bytes, int number) =>
        Enumerable.Range(0, bytes.Length / Packet).Select(packet => packet * Packet).Where(place => (bytes[place + 1] & 0x1f) == 1 && bytes[place + 2] == 0).ElementAt(number);

    /// <summary>Places of the video's presentation time stamps.</summary>
    private static List<int> Times(byte[] bytes)
    {
        const int StampInHeader = 9;
        return [.. Enumerable.Range(0, bytes.Length / Packet).Select(packet => packet * Packet)
            .Where(place => (bytes[place + 1] & 0x5f) == 0x41 && bytes[place + 2] == 0)
            .Select(place => place + 4 + ((bytes[place + 3] & 0x20) != 0 ? 1 + bytes[place + 4] : 0) + StampInHeader)];
    }
}
