using System.Globalization;
using System.Runtime.CompilerServices;
using Pool.Gateway.Cli;

namespace Pool.Gateway.Media;

/// <summary>
/// A live address: ffmpeg reads it, cuts at key frames at least 2 s apart and names each segment when it is whole. What is H.264 is not
/// touched, as a stock gateway does; other video is encoded where it can be looked at before.
/// </summary>
public sealed class LiveSource : StreamSource
{
    private readonly Lock _lock = new();
    private readonly List<SourceSegment> _segments = [];
    private readonly string _folder;
    private readonly LiveAddress _address;
    private VideoSource? _video;
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<ToolResult> _ingest = Task.FromResult(new ToolResult(0, "", ""));
    private string? _refusal;
    private bool _isOver;

    private LiveSource(LiveAddress address, string folder) => (_address, _folder) = (address, folder);

    /// <inheritdoc />
    public override VideoSource Video => _video ?? throw new InvalidOperationException("The source has not begun.");

    /// <inheritdoc />
    public override string? IngestNote => _video is { } video && IngestEncoder.Obstacle(video) is { } obstacle
        ? $"The source is encoded to H.264 with key frames every 2 s on the way in, because {obstacle}."
        : null;

    /// <inheritdoc />
    public override IReadOnlyList<SourceSegment> Segments
    {
        get
        {
            lock (_lock)
            {
                return [.. _segments];
            }
        }
    }

    /// <summary>Begins to read, and waits for the first segment.</summary>
    /// <exception cref="UserFaultException">Nothing comes from there that can be sent.</exception>
    public static async Task<LiveSource> BeginAsync(
        LiveAddress address, string folder, Action<string> say, CancellationToken cancellationToken)
    {
        var source = new LiveSource(address, folder);
        source._video = address.IsListening ? null : await SourceProbe.ProbeAsync(address, cancellationToken);
        if ((source.IngestNote ?? Waiting(address)) is { } note)
        {
            say(note);
        }

        source._ingest = source.IngestAsync(cancellationToken);
        await foreach (var first in source.ReadAsync(cancellationToken))
        {
            source._video ??= await LookAsync(address, first, cancellationToken);
            return source;
        }

        throw new UserFaultException($"Nothing was streamed: {source.Fault(await source._ingest) ?? $"{address.Text} has no video"}.");
    }

    /// <inheritdoc />
    public override async IAsyncEnumerable<SourceSegment> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = 0; ; next++)
        {
            while (true)
            {
                Task change;
                lock (_lock)
                {
                    if (next < _segments.Count)
                    {
                        break;
                    }

                    if (_isOver)
                    {
                        yield break;
                    }

                    change = _change.Task;
                }

                await change.WaitAsync(cancellationToken);
            }

            SourceSegment segment;
            lock (_lock)
            {
                segment = _segments[next];
            }

            yield return segment;
        }
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyList<string>> FaultsAsync() => Fault(await _ingest) is { } fault ? [fault] : [];

    /// <summary>Reads a line of ffmpeg's list: file, first time, end time in seconds; null when it is none.</summary>
    internal static (string File, TimeSpan Start, TimeSpan Duration)? ReadLine(string line)
    {
        var parts = line.Split(',');
        return parts.Length == 3 && TryRead(parts[1], out var start) && TryRead(parts[2], out var end) && end > start
            ? (parts[0], TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(end - start))
            : null;

        static bool TryRead(string text, out double seconds) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out seconds);
    }

    private static string? Waiting(LiveAddress address) => address.IsListening ? $"Waiting for a stream at {address.Text}" : null;

    /// <summary>What somebody pushes can be looked at only when it is there; it is sent as it is, so it must be what every orchestrator decodes.</summary>
    private static async Task<VideoSource> LookAsync(LiveAddress address, SourceSegment first, CancellationToken cancellationToken)
    {
        var video = await SourceProbe.ProbeAsync(first.Path, cancellationToken);
        return IngestEncoder.Obstacle(video) is { } obstacle
            ? throw new UserFaultException($"What is pushed to {address.Text} cannot be sent as it is, because {obstacle}; push H.264 in 4:2:0.")
            : video;
    }

    private async Task<ToolResult> IngestAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await MediaTool.FfmpegLinesAsync(
                [.. _address.InputArguments, .. Streams(), .. VideoArguments(_video), "-f", "segment", "-segment_format", "mpegts",
                    "-segment_time", SegmentPlan.Target.TotalSeconds.ToString(CultureInfo.InvariantCulture),
                    "-segment_list", "pipe:1", "-segment_list_type", "csv", Path.Combine(_folder, "%05d.ts")],
                Take, cancellationToken);
        }
        finally
        {
            Signal(() => _isOver = true);
        }
    }

    private IEnumerable<string> Streams() => _video is { } video
        ? [.. Splitter.Streams(video), .. Splitter.Audio(video)]
        : ["-map", "0:v:0", "-map", "0:a:0?", "-c:a", "copy"];

    private static IEnumerable<string> VideoArguments(VideoSource? video) =>
        video is null || IngestEncoder.Obstacle(video) is null ? ["-c:v", "copy"] : IngestEncoder.Arguments(video);

    private void Take(string line)
    {
        if (ReadLine(line) is not { } entry)
        {
            return;
        }

        var path = Path.Combine(_folder, entry.File);
        var bytes = new FileInfo(path).Length;
        if (entry.Duration > SourceSegment.MaxDuration || bytes > SourceSegment.MaxBytes)
        {
            _refusal = $"a segment of {_address.Text} has {entry.Duration.TotalSeconds:0} s and {bytes} bytes, more than the network takes";
            return;
        }

        Signal(() =>
        {
            var start = _segments.Count == 0 ? TimeSpan.Zero : _segments[^1].Start + _segments[^1].Duration;
            _segments.Add(new SourceSegment(_segments.Count, path, start, entry.Duration, bytes));
        });
    }

    private void Signal(Action change)
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            change();
            waiting = _change;
            _change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }

    private string? Fault(ToolResult ingest) =>
        _refusal ?? (ingest.ExitCode == 0 ? null : $"{_address.Text} ended with an error: {ingest.LastError}");
}
