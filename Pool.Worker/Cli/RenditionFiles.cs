using Pool.Shared.Media;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Cli;

/// <summary>The files of one stream's renditions: MPEG-TS segments are joined to one file, MP4 segments keep a file each.</summary>
internal sealed class RenditionFiles : IRenditionSink, IAsyncDisposable
{
    private readonly Rendition[] _renditions;
    private int _segment;

    /// <param name="folder">Folder of the stream; it exists.</param>
    /// <param name="profiles">The renditions.</param>
    public RenditionFiles(string folder, IReadOnlyList<VideoProfile> profiles) =>
        _renditions = [.. profiles.Select((profile, index) => new Rendition(folder, profile, NameOf(profiles, index)))];

    /// <summary>What was written so far.</summary>
    public IReadOnlyList<TranscodedRendition> Written =>
        [.. _renditions.Select(one => new TranscodedRendition(one.Profile.Name, one.Bytes, [.. one.Paths]))];

    /// <summary>The next segment begins.</summary>
    public async ValueTask NextSegmentAsync()
    {
        _segment++;
        foreach (var rendition in _renditions)
        {
            await rendition.BeginAsync(_segment);
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(int rendition, ReadOnlyMemory<byte> bytes, CancellationToken ct) => _renditions[rendition].WriteAsync(bytes, ct);

    /// <inheritdoc/>
    public ValueTask CompleteAsync(int rendition, CancellationToken ct) => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var rendition in _renditions)
        {
            await rendition.DisposeAsync();
        }
    }

    /// <summary>The profile's name as far as it can be a file's, with its number where two would be the same.</summary>
    private static string NameOf(IReadOnlyList<VideoProfile> profiles, int index)
    {
        var name = FileName(profiles[index].Name);
        return profiles.Take(index).Any(before => string.Equals(FileName(before.Name), name, StringComparison.OrdinalIgnoreCase))
            ? $"{name}-{index + 1}"
            : name;
    }

    private static string FileName(string name)
    {
        var safe = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' ? character : '_'));
        return safe.Trim('.') is { Length: > 0 } usable ? usable : "rendition";
    }

    private sealed class Rendition(string folder, VideoProfile profile, string name) : IAsyncDisposable
    {
        private readonly bool _isJoined = profile.Container == Container.MpegTs;
        private FileStream? _file;

        public VideoProfile Profile => profile;

        public List<string> Paths { get; } = [];

        public long Bytes { get; private set; }

        public async ValueTask BeginAsync(int segment)
        {
            if (_isJoined && _file is not null)
            {
                return;
            }

            await DisposeAsync();
            var path = Path.Combine(folder, _isJoined ? $"{name}.ts" : $"{name}.{segment:0000}.mp4");
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
            Paths.Add(path);
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            Bytes += bytes.Length;
            return (_file ?? throw new InvalidOperationException("No segment has begun.")).WriteAsync(bytes, cancellationToken);
        }

        public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
