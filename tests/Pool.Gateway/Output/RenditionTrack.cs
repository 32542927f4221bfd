using Pool.Gateway.Media;

namespace Pool.Gateway.Output;

/// <summary>One rendition of a stream on disk: its segments, their playlist, and at the end all of it in one file.</summary>
public sealed class RenditionTrack
{
    private const string PlaylistName = "index.m3u8";

    private readonly string _folder;
    private readonly List<HlsSegment> _segments = [];
    private RenditionFacts? _first;
    private long _peakBps;

    /// <summary>Makes the rendition's folder.</summary>
    /// <param name="streamFolder">Folder of the stream.</param>
    /// <param name="profile">Name of the profile.</param>
    /// <param name="folderName">Name of its folder and file: the profile's as far as it can be one.</param>
    public RenditionTrack(string streamFolder, string profile, string folderName)
    {
        Profile = profile;
        FolderName = folderName;
        _folder = Path.Combine(streamFolder, folderName);
        WholePath = Path.Combine(streamFolder, folderName + ".ts");
        Directory.CreateDirectory(_folder);
    }

    public string Profile { get; }

    /// <summary>Name of its folder.</summary>
    public string FolderName { get; }

    /// <summary>The whole rendition, concatenated. Absolute.</summary>
    public string WholePath { get; }

    /// <summary>Its media playlist. Absolute.</summary>
    public string PlaylistPath => Path.Combine(_folder, PlaylistName);

    /// <summary>Width of the first segment in pixels; 0 without one.</summary>
    public int Width => _first?.Width ?? 0;

    /// <summary>Height of the first segment in pixels; 0 without one.</summary>
    public int Height => _first?.Height ?? 0;

    /// <summary>Decoded frames of all segments.</summary>
    public long Frames { get; private set; }

    /// <summary>Decoded pixels of all segments, which equal what was reported.</summary>
    public long Pixels { get; private set; }

    /// <summary>Segments in it.</summary>
    public int Segments => _segments.Count;

    /// <summary>Where a segment goes.</summary>
    public string SegmentPath(int sequence) => Path.Combine(_folder, FileName(sequence));

    /// <summary>Adds a checked segment and brings the playlist up to date, so that it can be watched while it grows.</summary>
    public void Add(int sequence, TimeSpan duration, RenditionFacts facts)
    {
        _first ??= facts;
        Frames += facts.Frames;
        Pixels = checked(Pixels + facts.Pixels);
        _peakBps = Math.Max(_peakBps, BitsPerSecond(new FileInfo(SegmentPath(sequence)).Length, duration));
        _segments.Add(new HlsSegment(sequence, FileName(sequence), duration));
        WritePlaylist(isEnded: false);
    }

    /// <summary>Ends the playlist and writes the whole rendition.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        WritePlaylist(isEnded: true);
        await using var whole = File.Create(WholePath);
        foreach (var segment in _segments)
        {
            await using var part = File.OpenRead(SegmentPath(segment.Sequence));
            await part.CopyToAsync(whole, cancellationToken);
        }
    }

    /// <summary>Its line in the master playlist, or null when it has no segment.</summary>
    public HlsVariant? Variant() => _first is { } facts
        ? new HlsVariant($"{FolderName}/{PlaylistName}", _peakBps, facts.Width, facts.Height, CodecsText.Of(facts))
        : null;

    private static string FileName(int sequence) => $"{sequence:D4}.ts";

    private static long BitsPerSecond(long bytes, TimeSpan duration) =>
        duration > TimeSpan.Zero ? (long)Math.Ceiling(bytes * 8 / duration.TotalSeconds) : 0;

    private void WritePlaylist(bool isEnded)
    {
        // A player may be reading: it sees the old list or the new one, never half of one.
        var fresh = PlaylistPath + ".new";
        File.WriteAllText(fresh, HlsText.Media(_segments, isEnded));
        File.Move(fresh, PlaylistPath, overwrite: true);
    }
}
