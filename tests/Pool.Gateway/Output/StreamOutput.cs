using Pool.Gateway.Media;
using Pool.Shared.Media;

namespace Pool.Gateway.Output;

/// <summary>Everything one stream writes: a track for every profile and the master playlist.</summary>
public sealed class StreamOutput
{
    /// <summary>Longest name of a folder that is made of a profile's name.</summary>
    private const int MaxNameLength = 60;

    private const string PendingEnding = ".part";

    private readonly Lock _lock = new();
    private readonly string _folder;

    /// <summary>Makes the stream's folders.</summary>
    public StreamOutput(OutputFolder output, string stream, IReadOnlyList<VideoProfile> profiles)
    {
        _folder = Path.Combine(output.Path, stream);
        var names = FolderNames([.. profiles.Select(profile => profile.Name)]);
        Tracks = [.. profiles.Select((profile, index) => new RenditionTrack(_folder, profile, names[index]))];
    }

    /// <summary>A track for every profile, in order.</summary>
    public IReadOnlyList<RenditionTrack> Tracks { get; }

    /// <summary>The master playlist. Absolute.</summary>
    public string MasterPath => Path.Combine(_folder, "master.m3u8");

    /// <summary>Files for the renditions of a segment that is being sent.</summary>
    public PendingSegment Begin() =>
        new([.. Tracks.Select(track => Path.Combine(_folder, track.FolderName, $"{Guid.NewGuid():N}{PendingEnding}"))]);

    /// <summary>Takes over the checked renditions of a segment, one for every profile. Segments may come in any order.</summary>
    public void Add(SourceSegment segment, PendingSegment pending, IReadOnlyList<RenditionFacts> renditions)
    {
        lock (_lock)
        {
            for (var index = 0; index < renditions.Count; index++)
            {
                Tracks[index].Add(pending.Files[index], segment.Sequence, segment.Duration, renditions[index]);
            }

            WriteMaster();
        }
    }

    /// <summary>The text of the master playlist as seen from elsewhere.</summary>
    /// <param name="prefix">What leads from there to the stream's folder, with the slash at its end.</param>
    public string Master(string prefix)
    {
        lock (_lock)
        {
            return HlsText.Master([.. Variants().Select(variant => variant with { Playlist = prefix + variant.Playlist })]);
        }
    }

    /// <summary>Ends the playlists and writes the whole renditions.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        foreach (var track in Tracks)
        {
            await track.FinishAsync(cancellationToken);
        }

        WriteMaster();
    }

    /// <summary>Names of folders for profiles, whose names may be any text: only plain characters, and none twice.</summary>
    internal static IReadOnlyList<string> FolderNames(IReadOnlyList<string> profiles)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. profiles.Select((profile, index) =>
        {
            var plain = string.Concat(profile.Take(MaxNameLength).Select(letter => IsPlain(letter) ? letter : '_')).TrimStart('.');
            var name = plain.Length > 0 && taken.Add(plain) ? plain : $"profile-{index + 1}-{plain}";
            taken.Add(name);
            return name;
        })];
    }

    internal static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.';

    private IEnumerable<HlsVariant> Variants() => Tracks.Select(track => track.Variant()).OfType<HlsVariant>();

    private void WriteMaster()
    {
        var fresh = MasterPath + ".new";
        File.WriteAllText(fresh, HlsText.Master([.. Variants()]));
        File.Move(fresh, MasterPath, overwrite: true);
    }
}
