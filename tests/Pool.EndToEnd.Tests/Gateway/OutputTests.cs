using Pool.Gateway.Cli;
using Pool.Gateway.Media;
using Pool.Gateway.Output;

namespace Pool.EndToEnd.Tests.Gateway;

public sealed class OutputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pool-output-").FullName;

    [Fact]
    public void A_media_playlist_lists_its_segments_and_ends()
    {
        HlsSegment[] segments = [new(0, "0000.ts", TimeSpan.FromSeconds(2)), new(1, "0001.ts", TimeSpan.FromMilliseconds(2033))];

        Assert.Equal(
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:EVENT\n"
            + "#EXTINF:2.000,\n0000.ts\n#EXTINF:2.033,\n0001.ts\n#EXT-X-ENDLIST\n",
            HlsText.Media(segments, isEnded: true));
    }

    [Fact]
    public void A_missing_segment_leaves_a_discontinuity()
    {
        HlsSegment[] segments = [new(0, "0000.ts", TimeSpan.FromSeconds(2)), new(2, "0002.ts", TimeSpan.FromSeconds(2))];

        Assert.EndsWith(
            "#EXTINF:2.000,\n0000.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:2.000,\n0002.ts\n", HlsText.Media(segments, isEnded: false),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_master_playlist_names_size_rate_and_codecs()
    {
        var facts = new RenditionFacts(640, 360, 60, "h264", "High", 30, "aac", "LC");

        Assert.Equal(
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,CODECS=\"avc1.64001E,mp4a.40.2\"\n360p/index.m3u8\n",
            HlsText.Master([new HlsVariant("360p/index.m3u8", 900_000, facts.Width, facts.Height, CodecsText.Of(facts))]));
    }

    [Fact]
    public void Names_of_profiles_become_harmless_folders_none_twice()
    {
        Assert.Equal(
            ["360p", "profile-2-360p", "_.._etc", "profile-4-", "a_b"], StreamOutput.FolderNames(["360p", "360p", "/../etc", "..", "a b"]));
    }

    [Fact]
    public void A_folder_of_an_earlier_run_is_replaced()
    {
        var first = OutputFolder.Prepare(_folder, "/nowhere/video.mp4");
        File.WriteAllText(Path.Combine(first.Source, "old.ts"), "old");

        var second = OutputFolder.Prepare(_folder, "/nowhere/video.mp4");

        Assert.Empty(Directory.EnumerateFiles(second.Source));
    }

    [Fact]
    public void A_folder_with_somebodys_files_is_not_touched()
    {
        var precious = Path.Combine(_folder, "precious.txt");
        File.WriteAllText(precious, "keep");

        var fault = Assert.Throws<UserFaultException>(() => OutputFolder.Prepare(_folder, "/nowhere/video.mp4"));

        Assert.Contains("is not empty", fault.Message, StringComparison.Ordinal);
        Assert.Equal("keep", File.ReadAllText(precious));
    }

    [Fact]
    public void A_video_in_the_folder_to_be_replaced_stops_the_run()
    {
        OutputFolder.Prepare(_folder, "/nowhere/video.mp4");
        var video = Path.Combine(_folder, "video.mp4");
        File.WriteAllText(video, "film");

        Assert.Throws<UserFaultException>(() => OutputFolder.Prepare(_folder, video));
        Assert.True(File.Exists(video));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
