using System.Globalization;
using System.Text;
using Pool.Gateway.Cli;
using Pool.Gateway.Media;

namespace Pool.Gateway.Streaming;

/// <summary>Where renditions go. A folder of an earlier run is replaced; anything else that is in the way is not touched.</summary>
public static class OutputFolder
{
    private const string Marker = ".pool-gateway-output";

    /// <exception cref="UserFaultException">The folder holds something that is not ours.</exception>
    public static string Prepare(string path)
    {
        var folder = Path.GetFullPath(path);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            if (!File.Exists(Path.Combine(folder, Marker)))
            {
                throw new UserFaultException($"--out {folder} is not empty and not the output of an earlier run: choose another folder.");
            }

            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, Marker), "");
        return folder;
    }
}

/// <summary>One rendition of a stream on disk: its segments, its playlist, and the whole of it in one file.</summary>
public sealed class RenditionOutput : IDisposable
{
    private readonly string _folder;
    private readonly List<(string File, TimeSpan Duration)> _segments = [];
    private readonly FileStream _whole;

    public RenditionOutput(string streamFolder, string profile, int index)
    {
        // A profile's name is anybody's text: only what is harmless in a path is kept.
        Name = new string([.. profile.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '_')]);
        Name = Name.Length is 0 or > 64 ? $"rendition-{index}" : Name;
        Profile = profile;
        _folder = Path.Combine(streamFolder, Name);
        Directory.CreateDirectory(_folder);
        WholePath = Path.Combine(streamFolder, $"{Name}.ts");
        _whole = new FileStream(WholePath, FileMode.CreateNew, FileAccess.Write);
    }

    public string Name { get; }

    public string Profile { get; }

    public string WholePath { get; }

    public string PlaylistPath => Path.Combine(_folder, "index.m3u8");

    public long Frames { get; private set; }

    public long Pixels { get; private set; }

    public int Segments => _segments.Count;

    public RenditionFacts? Facts { get; private set; }

    /// <summary>Highest bits per second of any segment, for the master playlist.</summary>
    public long PeakBandwidth { get; private set; }

    /// <summary>Where the next segment is to be written.</summary>
    public string NextPath(int sequence) => Path.Combine(_folder, sequence.ToString("D5", CultureInfo.InvariantCulture) + ".ts");

    public async Task AddAsync(string path, byte[] bytes, TimeSpan duration, RenditionFacts facts, CancellationToken cancellationToken)
    {
        _segments.Add((Path.GetFileName(path), duration));
        await _whole.WriteAsync(bytes, cancellationToken);
        Frames += facts.Frames;
        Pixels += facts.Pixels;
        Facts ??= facts;
        PeakBandwidth = Math.Max(PeakBandwidth, (long)(bytes.Length * 8 / Math.Max(0.001, duration.TotalSeconds)));
    }

    public void Dispose() => _whole.Dispose();

    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await _whole.DisposeAsync();
        var longest = _segments.Count == 0 ? 0 : _segments.Max(segment => segment.Duration.TotalSeconds);
        var text = new StringBuilder().AppendLine("#EXTM3U").AppendLine("#EXT-X-VERSION:3")
            .AppendLine($"#EXT-X-TARGETDURATION:{(int)Math.Ceiling(longest)}").AppendLine("#EXT-X-MEDIA-SEQUENCE:0").AppendLine("#EXT-X-PLAYLIST-TYPE:VOD");
        foreach (var (file, duration) in _segments)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"#EXTINF:{duration.TotalSeconds:0.000000},").AppendLine(file);
        }

        await File.WriteAllTextAsync(PlaylistPath, text.AppendLine("#EXT-X-ENDLIST").ToString(), cancellationToken);
    }

    /// <summary>The master playlist over all renditions.</summary>
    public static string Master(IEnumerable<RenditionOutput> renditions)
    {
        var text = new StringBuilder().AppendLine("#EXTM3U").AppendLine("#EXT-X-VERSION:3");
        foreach (var rendition in renditions.Where(rendition => rendition.Facts is not null))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"#EXT-X-STREAM-INF:BANDWIDTH={rendition.PeakBandwidth},RESOLUTION={rendition.Facts!.Width}x{rendition.Facts.Height},NAME=\"{rendition.Name}\"")
                .AppendLine($"{rendition.Name}/index.m3u8");
        }

        return text.ToString();
    }
}
