using System.Diagnostics;
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

        Assert.Null(count.Fault);
        Assert.Equal(Probe(bytes), (count.Width, count.Height, count.Frames));
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
    public void Damaged_bytes_never_throw()
    {
        var bytes = Make(string.Format(Video, "320x240"));

        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new System.Random(seed);
            var damaged = bytes[..random.Next(bytes.Length)];
            for (var flip = 0; flip < 50 && damaged.Length > 0; flip++)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            return Count(damaged, 777).Frames >= 0;
        }).QuickCheckThrowOnFailure();
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

    private static RenditionCount Count(byte[] bytes, int chunk)
    {
        var counter = new RenditionCounter();
        for (var start = 0; start < bytes.Length; start += chunk)
        {
            counter.Append(bytes.AsSpan(start, Math.Min(chunk, bytes.Length - start)));
        }

        return counter.Finish();
    }

    private static byte[] Make(string arguments)
    {
        var file = Path.Combine(Path.GetTempPath(), $"pool-{Guid.NewGuid():N}.ts");
        try
        {
            Run("ffmpeg", $"-v error -nostdin -y {arguments} -f mpegts {file}");
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static (int Width, int Height, long Frames) Probe(byte[] bytes)
    {
        var file = Path.Combine(Path.GetTempPath(), $"pool-{Guid.NewGuid():N}.ts");
        try
        {
            File.WriteAllBytes(file, bytes);
            var parts = Run("ffprobe", $"-v error -count_frames -select_streams v:0 -show_entries stream=width,height,nb_read_frames -of csv=p=0 {file}")
                .Split('\n')[0].Split(',');
            return (int.Parse(parts[0]), int.Parse(parts[1]), long.Parse(parts[2]));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Run(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{program} {arguments} ended with {process.ExitCode}");
    }
}
