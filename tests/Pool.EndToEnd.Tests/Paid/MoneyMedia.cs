using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>What is streamed: as little as there can be, since the tickets are what matters.</summary>
/// <param name="Segments">Segments of a small clip.</param>
/// <param name="Worker">Has their renditions.</param>
internal sealed record MoneyMedia(IReadOnlyList<SourceSegment> Segments, ReadyTranscoder Worker)
{
    private const int Width = 192;
    private const int Height = 108;
    private const int Seconds = 6;
    private const int FramesPerSecond = 30;

    /// <summary>What is asked for.</summary>
    public static IReadOnlyList<VideoProfile> Profiles { get; } = [new() { Name = "tiny", Width = 160, Height = 90, BitrateBps = 100_000 }];

    /// <summary>Makes the clip, its segments and their renditions in a folder.</summary>
    public static async Task<MoneyMedia> MakeAsync(string folder)
    {
        var clip = Path.Combine(folder, "clip.mp4");
        await Clips.MakeAsync(clip, Width, Height, Seconds);
        var video = await Patience.ForAsync("what ffprobe says of the clip", limit => SourceProbe.ProbeAsync(clip, limit));
        var source = Directory.CreateDirectory(Path.Combine(folder, "source")).FullName;
        var segments = (await Patience.ForAsync("the segments of the clip", limit => FileSource.CutAsync([video], source, _ => { }, limit))).Segments;
        var renditions = new Dictionary<Bytes32, ReadyRendition>();
        foreach (var segment in segments)
        {
            var target = Path.ChangeExtension(segment.Path, "rendition.ts");
            await TranscodeAsync(segment.Path, target);
            renditions[Bytes32.Keccak(await File.ReadAllBytesAsync(segment.Path))] =
                new ReadyRendition(await File.ReadAllBytesAsync(target), (long)(segment.Duration.TotalSeconds * FramesPerSecond));
        }

        var needs = JobCapabilities.For(new JobNeeds { Codec = InputCodec.H264, PixelFormat = "yuv420p", Profiles = Profiles, SegmentParameters = true });
        return new MoneyMedia(segments, new ReadyTranscoder([.. needs.ToNumbers()], renditions));
    }

    private static async Task TranscodeAsync(string source, string target)
    {
        var profile = Profiles[0];
        var made = await Patience.ForAsync("a rendition", stop => MediaTool.FfmpegAsync(
            ["-i", source, "-map", "0:v:0", "-vf", $"scale={profile.Width}:{profile.Height}", "-c:v", "libx264", "-preset", "ultrafast", "-b:v", $"{profile.BitrateBps}", "-f", "mpegts", target],
            stop));
        Assert.True(made.ExitCode == 0, made.Errors);
    }
}
