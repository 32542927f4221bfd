using Pool.Shared.Contracts;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Cutting;

namespace Pool.Worker.Tests.Transcoding.Cutting;

/// <summary>Files cut into segments, judged by ffprobe.</summary>
public sealed class SegmentCutterTests
{
    private const string Picture = "testsrc2=size=128x72:rate=25:duration=5";
    private const string Sound = "-f lavfi -i sine=frequency=440:duration=5:sample_rate=48000 -c:a aac";
    private const string H264 = "-c:v libx264 -g 25 -bf 2 -pix_fmt yuv420p";

    public SegmentCutterTests() => FFmpegLibraries.Load();

    [Fact]
    public void A_file_is_cut_at_key_frames_and_no_packet_is_lost_or_there_twice()
    {
        var file = MediaTool.Make($"-f lavfi -i {Picture} {Sound} {H264}");
        var whole = MediaTool.Probe(file);

        var segments = Cut(file, seconds: 2);

        var facts = segments.Select(segment => MediaTool.Probe(segment.Bytes.ToArray())).ToList();
        Assert.Equal([50, 50, 25], facts.Select(fact => fact.Frames));
        Assert.All(facts, fact => Assert.True(fact.StartsWithKeyFrame));
        Assert.Equal(whole.Times, facts.SelectMany(fact => fact.Times));
        Assert.Equal(whole.AudioPackets, facts.Sum(fact => fact.AudioPackets));
        Assert.Equal([2.0, 2.0, 1.0], segments.Select(segment => Math.Round(segment.Duration.TotalSeconds, 3)));
    }

    [Fact]
    public void Zero_seconds_keep_a_file_whole() => Assert.Single(Cut(MediaTool.Make($"-f lavfi -i {Picture} {H264}"), seconds: 0));

    [Fact]
    public void Key_frames_far_apart_make_long_segments() =>
        Assert.Single(Cut(MediaTool.Make($"-f lavfi -i {Picture} -c:v libx264 -g 250 -pix_fmt yuv420p"), seconds: 2));

    [Theory]
    [InlineData("mp4", H264)]
    [InlineData("matroska", H264)]
    [InlineData("flv", H264)]
    [InlineData("webm", "-c:v libvpx -g 25 -deadline realtime -cpu-used 8")]
    public void Every_container_of_a_person_can_be_cut(string format, string codec)
    {
        var file = MediaTool.Make($"-f lavfi -i {Picture} {codec}", format);

        var segments = Cut(file, seconds: 2);

        Assert.Equal(125, segments.Sum(segment => MediaTool.Probe(segment.Bytes.ToArray()).Frames));
        Assert.Equal(3, segments.Count);
    }

    [Fact]
    public void What_is_no_video_is_refused()
    {
        var fault = Assert.Throws<InputFaultException>(() => Cut([.. "not a video at all"u8], seconds: 2));
        Assert.Equal(InputFault.InvalidVideo, fault.Message);
    }

    [Fact]
    public void A_file_that_cannot_be_read_to_its_end_is_an_error_and_no_short_video()
    {
        using var file = new BrokenStream(MediaTool.Make($"-f lavfi -i {Picture} {H264}"));

        Assert.Throws<IOException>(() => CutAll(file, seconds: 2));
    }

    private static List<CutSegment> Cut(byte[] file, double seconds)
    {
        using var stream = new MemoryStream(file);
        return CutAll(stream, seconds);
    }

    private static List<CutSegment> CutAll(Stream stream, double seconds)
    {
        using var cutter = new SegmentCutter(stream, seconds);
        var segments = new List<CutSegment>();
        while (cutter.Next() is { } segment)
        {
            segments.Add(segment);
        }

        return segments;
    }

    /// <summary>A disk that fails at half of the file.</summary>
    private sealed class BrokenStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) =>
            Position > Length / 2 ? throw new IOException("the disk is broken") : base.Read(buffer[..Math.Min(buffer.Length, 4096)]);
    }
}
