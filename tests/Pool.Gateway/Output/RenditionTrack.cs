using Pool.Gateway.Media;
using Pool.Shared.Media;

namespace Pool.Gateway.Output;

/// <summary>One rendition of a stream on disk: its segments, their playlist, and at the end all of it in one file.</summary>
/// <remarks>HLS of this kind and joining by appending are MPEG-TS's: MP4 segments are kept as files only.</remarks>
public sealed class RenditionTrack
{
    /// <summary>Name of the media playlist.</summary>
    public const string PlaylistName = "index.m3u8";

    private readonly string _folder;
    private readonly bool _isTransportStream;
    private readonly SortedDictionary<int, TrackSegment> _segments = [];
    private long _peakBps;

    /// <summary>Makes the rendition's folder.</summary>
    /// <param name="streamFolder">Folder of the stream.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="folderName">Name of its folder and file: the profile's as far as it can be one.</param>
    public RenditionTrack(string streamFolder, VideoProfile profile, string folderName)
    {
        Profile = profile.Name;
        FolderName = folderName;
        _isTransportStream = profile.Container == Container.MpegTs;
        _folder = Path.Combine(streamFolder, folderName);
        WholePath = Path.Combine(streamFolder, folderName + ".ts");
        Directory.CreateDirectory(_folder);
    }

    /// <summary>Name of its profile.</summary>
    public string Profile { get; }

    /// <summary>Name of its folder.</summary>
    public string FolderName { get; }

    /// <summary>The whole rendition, concatenated. Absolute.</summary>
    public string WholePath { get; }

    /// <summary>Its media playlist. Absolute.</summary>
    public string PlaylistPath => Path.Combine(_folder, PlaylistName);

    /// <summary>Width of the first segment in pixels; 0 without one.</summary>
    public int Width => First?.Width ?? 0;

    /// <summary>Height of the first segment in pixels; 0 without one.</summary>
    public int Height => First?.Height ?? 0;

    /// <summary>Decoded frames of all segments.</summary>
    public long Frames => _segments.Values.Sum(segment => segment.Facts.Frames);

    /// <summary>Decoded pixels of all segments, which equal what was reported.</summary>
    public long Pixels => _segments.Values.Sum(segment => segment.Facts.Pixels);

    /// <summary>Segments in it.</summary>
    public int Segments => _segments.Count;

    /// <summary>Ending of its segments' files, with the dot.</summary>
    public string Extension => _isTransportStream ? ".ts" : ".mp4";

    private RenditionFacts? First => _segments.Count == 0 ? null : _segments.First().Value.Facts;

    /// <summary>Where a segment goes.</summary>
    public string SegmentPath(int sequence) => Path.Combine(_folder, FileName(sequence));

    /// <summary>
    /// Takes over a checked segment and brings the playlist up to date, so that it can be watched while it grows. A segment that is sent
    /// again takes the place of the first.
    /// </summary>
    /// <param name="file">Where it lies until now.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="duration">How long it plays.</param>
    /// <param name="facts">What it was found to be.</param>
    public void Add(string file, int sequence, TimeSpan duration, RenditionFacts facts)
    {
        File.Move(file, SegmentPath(sequence), overwrite: true);
        _peakBps = Math.Max(_peakBps, BitsPerSecond(new FileInfo(SegmentPath(sequence)).Length, duration));
        _segments[sequence] = new TrackSegment(new HlsSegment(sequence, FileName(sequence), duration), facts);
        WritePlaylist(isEnded: false);
    }

    /// <summary>Ends the playlist and writes the whole rendition.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (!_isTransportStream)
        {
            return;
        }

        WritePlaylist(isEnded: true);
        await using var whole = File.Create(WholePath);
        foreach (var sequence in _segments.Keys)
        {
            await using var part = File.OpenRead(SegmentPath(sequence));
            await part.CopyToAsync(whole, cancellationToken);
        }
    }

    /// <summary>Its line in the master playlist, or null when it has no segment that HLS can play.</summary>
    public HlsVariant? Variant() => _isTransportStream && First is { } facts
        ? new HlsVariant($"{FolderName}/{PlaylistName}", _peakBps, facts.Width, facts.Height, CodecsText.Of(facts))
        : null;

    private string FileName(int sequence) => $"{sequence:D4}{Extension}";

    private static long BitsPerSecond(long bytes, TimeSpan duration) =>
        duration > TimeSpan.Zero ? (long)Math.Ceiling(bytes * 8 / duration.TotalSeconds) : 0;

    private void WritePlaylist(bool isEnded)
    {
        if (!_isTransportStream)
        {
            return;
        }

        // A player may be reading: it sees the old list or the new one, never half of one.
        var fresh = PlaylistPath + ".new";
        File.WriteAllText(fresh, HlsText.Media([.. _segments.Values.Select(segment => segment.Entry)], isEnded));
        File.Move(fresh, PlaylistPath, overwrite: true);
    }

    private sealed record TrackSegment(HlsSegment Entry, RenditionFacts Facts);
}
