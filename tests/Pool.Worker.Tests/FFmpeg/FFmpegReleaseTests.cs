using Pool.Worker.FFmpeg;

namespace Pool.Worker.Tests.FFmpeg;

public sealed class FFmpegReleaseTests
{
    private static readonly Dictionary<string, int> s_majors51 = new() { ["avutil"] = 57, ["avcodec"] = 59, ["avformat"] = 59, ["avfilter"] = 8 };

    [Fact]
    public void Known_majors_are_taken() =>
        Assert.Equal("FFmpeg 5.1", FFmpegRelease.Choose((name, major) => s_majors51[name] == major ? (uint)major << 16 : null).Name);

    [Fact]
    public void An_unknown_major_is_refused_in_one_line_that_names_both()
    {
        var refused = Assert.Throws<FFmpegVersionException>(() => FFmpegRelease.Choose((name, major) => major == s_majors51[name] + 2 ? (uint)major << 16 : null));

        Assert.Contains("libavcodec 61", refused.Message, StringComparison.Ordinal);
        Assert.Contains("libavcodec 59", refused.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void Missing_libraries_are_named()
    {
        var refused = Assert.Throws<FFmpegVersionException>(() => FFmpegRelease.Choose((_, _) => null));

        Assert.Contains("not found", refused.Message, StringComparison.Ordinal);
    }
}
