using Pool.Server.Verification;
using Pool.Shared.Livepeer;
using Pool.Shared.Media;

namespace Pool.Server.Tests.Verification;

/// <summary>What the worker's own engine makes passes every check, with the segment as its measure, and is counted as ffprobe counts it.</summary>
public sealed class EngineClipTests
{
    private const string H264 = "-pix_fmt yuv420p -c:v libx264 -preset ultrafast";

    /// <summary>Profiles as a gateway writes them (protocol §8.5).</summary>
    private const string Profiles = """
        [
          { "name": "plain", "width": 320, "height": 180, "bitrate": 200000 },
          { "name": "slow", "width": 256, "height": 144, "bitrate": 100000, "fps": 10, "gop": "0.5" },
          { "name": "ntsc", "width": 200, "height": 200, "bitrate": 20000, "fps": 30000, "fpsDen": 1001, "profile": "H264ConstrainedHigh" },
          { "name": "intra", "width": 160, "height": 90, "bitrate": 1000, "gop": "intra", "profile": "H264Baseline" },
          { "name": "hevc", "width": 320, "height": 180, "bitrate": 200000, "encoder": "HEVC" },
          { "name": "tiny", "width": 10, "height": 10, "bitrate": 10000, "fps": 60, "encoder": "HEVC", "gop": "intra" }
        ]
        """;

    [Theory]
    [InlineData("640x360", "rate=25:duration=1", H264)]
    [InlineData("360x640", "rate=30:duration=1", H264 + " -bf 3 -g 10")]
    [InlineData("642x358", "rate=24:duration=0.5", "-pix_fmt yuv420p -c:v libx265 -preset ultrafast -x265-params log-level=none")]
    [InlineData("640x480", "rate=25:duration=0.5", H264 + " -flags +ildct+ilme -x264-params tff=1")]
    [InlineData("640x90", "rate=5:duration=0.5", H264 + " -frames:v 1")]
    [InlineData("320x240", "rate=25:duration=1", "-vf setpts='(N+0.4*mod(N\\,3))/(25*TB)' -fps_mode passthrough -enc_time_base -1 " + H264)]
    public void What_the_engine_makes_is_accepted_and_counted_as_ffprobe_does(string size, string rate, string options)
    {
        var source = Clip.Make($"{Clip.Picture(size, rate)} {options}", "mpegts");
        var facts = SourceFacts.Of(Clip.Count(source));
        Assert.NotNull(facts);

        Assert.True(ProfileJson.TryParse(Profiles, out var profiles, out var error), error);
        var made = Transcode(source);
        var counts = profiles.Select(profile => (profile, Count: Clip.Count(made[profile.Name]))).ToList();

        foreach (var (profile, count) in counts)
        {
            var verdict = RenditionCheck.Check(count, profile, facts);
            Assert.True(verdict is RenditionVerdict.Accepted, $"{profile.Name}: {verdict}");
            var probed = Clip.Probe(made[profile.Name]);
            Assert.Equal((probed.Width, probed.Height, probed.Frames, probed.Pixels), (count.Width, count.Height, count.Frames, count.Pixels));
        }

        Assert.Null(RenditionSetCheck.Fault(counts));
    }

    private static Dictionary<string, byte[]> Transcode(byte[] source)
    {
        var folder = Directory.CreateTempSubdirectory("pool-").FullName;
        try
        {
            var (input, profiles, output) = (Path.Combine(folder, "in.ts"), Path.Combine(folder, "profiles.json"), Path.Combine(folder, "out"));
            File.WriteAllBytes(input, source);
            File.WriteAllText(profiles, Profiles);
            Clip.Call("dotnet", $"{Path.Combine(AppContext.BaseDirectory, "pool-worker.dll")} transcode {input} --segment 0 --profiles {profiles} --out {output}");
            return Directory.GetFiles(output, "*.ts").ToDictionary(file => Path.GetFileNameWithoutExtension(file), File.ReadAllBytes);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
