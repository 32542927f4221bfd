using System.Runtime.CompilerServices;
using Pool.Gateway.Cli;

namespace Pool.Gateway.Media;

/// <summary>Files that are cut before the first segment is sent, one after the other in one stream.</summary>
public sealed class FileSource : StreamSource
{
    private readonly IReadOnlyList<CutSource> _cuts;

    private FileSource(VideoSource video, IReadOnlyList<CutSource> cuts, IReadOnlyList<SourceSegment> segments)
    {
        Video = video;
        _cuts = cuts;
        Segments = segments;
        KnownMedia = TimeSpan.FromTicks(segments.Sum(segment => segment.Duration.Ticks));
        IngestNote = cuts.Select(cut => cut.IngestNote).FirstOrDefault(note => note is not null);
    }

    /// <inheritdoc />
    public override VideoSource Video { get; }

    /// <inheritdoc />
    public override int KnownSegments => Segments.Count;

    /// <inheritdoc />
    public override TimeSpan KnownMedia { get; }

    /// <inheritdoc />
    public override string? IngestNote { get; }

    /// <inheritdoc />
    public override IReadOnlyList<SourceSegment> Segments { get; }

    /// <summary>Cuts the files.</summary>
    /// <param name="videos">The files, probed, in order.</param>
    /// <param name="folder">Where the segments go.</param>
    /// <param name="say">Takes remarks for people.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="UserFaultException">One of them cannot be cut.</exception>
    public static async Task<FileSource> CutAsync(
        IReadOnlyList<VideoSource> videos, string folder, Action<string> say, CancellationToken cancellationToken)
    {
        var cuts = new List<CutSource>(videos.Count);
        foreach (var video in videos)
        {
            var own = videos.Count == 1 ? folder : Path.Combine(folder, $"file-{cuts.Count + 1}");
            Directory.CreateDirectory(own);
            cuts.Add(await new Segmenter(own, say).CutAsync(video, cancellationToken));
        }

        return new FileSource(videos[0], cuts, Join(videos, cuts));
    }

    /// <inheritdoc />
    public override async IAsyncEnumerable<SourceSegment> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var segment in Segments)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return segment;
        }

        await Task.CompletedTask;
    }

    /// <summary>A large file is counted while it streams; frames that are lost are a fault of the run.</summary>
    public override async Task<IReadOnlyList<string>> FaultsAsync()
    {
        var faults = new List<string>();
        foreach (var cut in _cuts)
        {
            try
            {
                await cut.FrameCheck;
            }
            catch (UserFaultException fault)
            {
                faults.Add(fault.Message);
            }
        }

        return faults;
    }

    /// <summary>One stream of all segments: numbers and times go on from file to file, and a file that looks otherwise begins anew.</summary>
    internal static IReadOnlyList<SourceSegment> Join(IReadOnlyList<VideoSource> videos, IReadOnlyList<CutSource> cuts)
    {
        var joined = new List<SourceSegment>();
        var start = TimeSpan.Zero;
        for (var file = 0; file < cuts.Count; file++)
        {
            var isOther = file > 0 && !IsAlike(videos[file - 1], videos[file]);
            foreach (var segment in cuts[file].Segments)
            {
                joined.Add(segment with { Sequence = joined.Count, Start = start + segment.Start, IsNewFormat = isOther && segment.Sequence == 0 });
            }

            start = joined.Count == 0 ? start : joined[^1].Start + joined[^1].Duration;
        }

        return joined;
    }

    private static bool IsAlike(VideoSource one, VideoSource other) => (one.Width, one.Height) == (other.Width, other.Height);
}
