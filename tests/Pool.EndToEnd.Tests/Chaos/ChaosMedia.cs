using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.EndToEnd.Tests.Chaos;

/// <summary>What is streamed: a small clip, cut into segments that every stream sends again and again.</summary>
internal sealed class ChaosMedia
{
    private const int Width = 320;
    private const int Height = 180;
    private const int Seconds = 12;

    private ChaosMedia(IReadOnlyList<SourceSegment> segments) => Segments = segments;

    /// <summary>What is asked for: small enough that two processors carry four streams and everything that goes wrong.</summary>
    public static IReadOnlyList<VideoProfile> Profiles { get; } =
    [
        new() { Name = "small", Width = 256, Height = 144, BitrateBps = 200_000 },
        new() { Name = "tiny", Width = 160, Height = 90, BitrateBps = 100_000 },
    ];

    public IReadOnlyList<SourceSegment> Segments { get; }

    public static async Task<ChaosMedia> MakeAsync(string folder)
    {
        var clip = Path.Combine(folder, "clip.mp4");
        await Clips.MakeAsync(clip, Width, Height, Seconds);
        var video = await Patience.ForAsync("what ffprobe says of the clip", limit => SourceProbe.ProbeAsync(clip, limit));
        var source = Directory.CreateDirectory(Path.Combine(folder, "source")).FullName;
        var cut = await Patience.ForAsync("the segments of the clip", limit => FileSource.CutAsync([video], source, _ => { }, limit));
        return new ChaosMedia(cut.Segments);
    }
}
