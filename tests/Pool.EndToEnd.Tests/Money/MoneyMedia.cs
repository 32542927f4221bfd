using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.EndToEnd.Tests.Money;

/// <summary>What is streamed: as little as there can be, since the tickets are what matters.</summary>
internal static class MoneyMedia
{
    private const int Width = 192;
    private const int Height = 108;
    private const int Seconds = 6;

    /// <summary>What is asked for.</summary>
    public static IReadOnlyList<VideoProfile> Profiles { get; } = [new() { Name = "tiny", Width = 160, Height = 90, BitrateBps = 100_000 }];

    /// <summary>Segments of a small clip, in a folder.</summary>
    public static async Task<IReadOnlyList<SourceSegment>> MakeAsync(string folder)
    {
        var clip = Path.Combine(folder, "clip.mp4");
        await Clips.MakeAsync(clip, Width, Height, Seconds);
        var video = await Patience.ForAsync("what ffprobe says of the clip", limit => SourceProbe.ProbeAsync(clip, limit));
        var source = Directory.CreateDirectory(Path.Combine(folder, "source")).FullName;
        return (await Patience.ForAsync("the segments of the clip", limit => FileSource.CutAsync([video], source, _ => { }, limit))).Segments;
    }
}
