using Pool.Gateway.Cli;
using Pool.Gateway.Media;

namespace Pool.EndToEnd.Tests.Gateway;

/// <summary>Where segments come from: files in order, and addresses.</summary>
public sealed class SourceTests
{
    [Fact]
    public void Files_follow_each_other_in_one_stream_and_a_new_size_begins_anew()
    {
        var (small, large) = (Video(320), Video(640));

        var joined = FileSource.Join([small, small, large], [Cut(2), Cut(1), Cut(1)]);

        Assert.Equal([0, 1, 2, 3], joined.Select(segment => segment.Sequence));
        Assert.Equal([0, 2, 4, 6], joined.Select(segment => (int)segment.Start.TotalSeconds));
        Assert.Equal([false, false, false, true], joined.Select(segment => segment.IsNewFormat));
    }

    [Theory]
    [InlineData("00001.ts,2.000000,4.002000", 2.002)]
    [InlineData("00000.ts,1.400000,3.400000", 2)]
    public void A_line_of_ffmpegs_list_is_a_segment(string line, double seconds)
    {
        Assert.Equal(seconds, LiveSource.ReadLine(line)!.Value.Duration.TotalSeconds, precision: 6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00001.ts,2.0")]
    [InlineData("00001.ts,2.0,2.0")]
    [InlineData("00001.ts,now,then")]
    public void Another_line_is_none(string line)
    {
        Assert.Null(LiveSource.ReadLine(line));
    }

    [Theory]
    [InlineData("ftp://example.com/x", false, "'ftp://example.com/x' is no address that can be read; there are rtmp, rtmps, http and https.")]
    [InlineData("http://example.com/x", true, "--listen is for rtmp addresses, not 'http://example.com/x'.")]
    [InlineData("clip.mp4", true, "--listen is for rtmp addresses; 'clip.mp4' is a file.")]
    public void An_address_that_cannot_be_read_is_one_clear_line(string source, bool listen, string message)
    {
        Assert.Equal(message, Assert.Throws<UserFaultException>(() => LiveAddress.TryRead(source, listen, out _)).Message);
    }

    [Fact]
    public void A_file_is_no_address()
    {
        Assert.False(LiveAddress.TryRead("clip.mp4", listen: false, out _));
        Assert.True(LiveAddress.TryRead("rtmp://127.0.0.1/live/x", listen: true, out var address));
        Assert.Equal(["-listen", "1", "-i", "rtmp://127.0.0.1/live/x"], address!.InputArguments);
    }

    private static CutSource Cut(int segments) =>
        new([.. Enumerable.Range(0, segments).Select(Segments.Number)], null, Task.FromResult(0L), Task.CompletedTask);

    private static VideoSource Video(int width) => new()
    {
        Path = "/nowhere/video.mp4",
        VideoIndex = 0,
        VideoCodec = "h264",
        PixelFormat = "yuv420p",
        Width = width,
        Height = 240,
        TimeBase = new TimeBase(1, 90_000),
    };
}
