using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Gateway.Output;
using Pool.Gateway.Progress;
using Pool.Gateway.Streaming;
using Pool.Shared.Livepeer;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.Gateway.Push;

/// <summary>A stream that is pushed: its sessions, its output and what came of it. Segments may come at the same time and in any order.</summary>
public sealed class PushStream : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly IProgressSink _progress;
    private readonly SessionPool _sessions;
    private readonly SegmentExchange _exchange;
    private readonly SegmentPusher _pusher;
    private readonly List<TimeSpan> _roundTrips = [];
    private readonly List<string> _errors = [];
    private readonly List<string> _retries = [];
    private VideoSource _format;
    private long _lastUse;
    private int _sent;
    private int _running;
    private TaskCompletionSource _idle = Signal();
    private TimeSpan _media;

    /// <summary>Makes the stream; its first segment says what the orchestrators must be able to do.</summary>
    public PushStream(
        string manifestId, string folderName, VideoSource first, IReadOnlyList<VideoProfile> profiles, PushSettings settings, PixelProbe probe)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (ManifestId, Name, _format, _time, _progress) = (manifestId, folderName, first, settings.Time, settings.Progress);
        var needs = GatewayRun.Needs(profiles, CodecOf(first.VideoCodec), first.PixelFormat);
        _sessions = new SessionPool([.. settings.Orchestrators.Select(address => new OrchestratorClient(address, needs, settings.Wallet))], settings.Time);
        _exchange = new SegmentExchange(needs, profiles, settings.Wallet);
        Output = new StreamOutput(settings.Folder, folderName, profiles);
        _pusher = new SegmentPusher(_sessions, _exchange, Output, probe, manifestId, settings.Time);
        _lastUse = settings.Time.GetTimestamp();
        _idle.SetResult();
        _progress.Report(new StreamStarted(folderName, manifestId, 0, 0, [.. profiles.Select(profile => profile.Name)], Output.MasterPath));
    }

    /// <summary>Its id on the network.</summary>
    public string ManifestId { get; }

    /// <summary>Name of its folder.</summary>
    public string Name { get; }

    /// <summary>What it writes.</summary>
    public StreamOutput Output { get; }

    /// <summary>How long the segments that came play, together.</summary>
    public TimeSpan Media => _media;

    /// <summary>Whether no segment is under way and none came for so long.</summary>
    public bool IsIdleFor(TimeSpan limit)
    {
        lock (_lock)
        {
            return _running == 0 && _time.GetElapsedTime(_lastUse) >= limit;
        }
    }

    /// <summary>Gets a segment through.</summary>
    /// <exception cref="IOException">Our own disk failed.</exception>
    public async Task<SegmentOutcome> PushAsync(SourceSegment segment, VideoSource format, CancellationToken cancellationToken)
    {
        var sent = segment with { IsNewFormat = Begin(format) };
        try
        {
            var outcome = await _pusher.PushAsync(sent, cancellationToken);
            Account(sent, outcome);
            return outcome;
        }
        finally
        {
            lock (_lock)
            {
                _lastUse = _time.GetTimestamp();
                if (--_running == 0)
                {
                    _idle.SetResult();
                }
            }
        }
    }

    /// <summary>A segment of it is about to come: it is not idle.</summary>
    public void Touch()
    {
        lock (_lock)
        {
            _lastUse = _time.GetTimestamp();
        }
    }

    /// <summary>Waits for the segments that are under way, and ends the sessions and the playlists. No segment may come any more.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        Task idle;
        lock (_lock)
        {
            idle = _idle.Task;
        }

        await idle.WaitAsync(cancellationToken);
        await _sessions.EndAsync(cancellationToken);
        await Output.FinishAsync(cancellationToken);
        _progress.Report(new StreamEnded(Name, _sent, _roundTrips.Count));
    }

    /// <summary>What came of it.</summary>
    public StreamOutcome Outcome()
    {
        lock (_lock)
        {
            return new StreamOutcome(Name, ManifestId, _sent, [.. _roundTrips], _sessions.Opened, [.. _errors]) { Retries = [.. _retries] };
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _sessions.Dispose();
        _exchange.Dispose();
    }

    /// <summary>The network's number for a codec; those it cannot name are refused before.</summary>
    internal static InputCodec CodecOf(string codec) => codec switch
    {
        "hevc" => InputCodec.Hevc,
        "vp8" => InputCodec.Vp8,
        "vp9" => InputCodec.Vp9,
        _ => InputCodec.H264,
    };

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool Begin(VideoSource format)
    {
        lock (_lock)
        {
            var isOther = (format.VideoCodec, format.PixelFormat, format.Width, format.Height)
                != (_format.VideoCodec, _format.PixelFormat, _format.Width, _format.Height);
            (_format, _lastUse) = (format, _time.GetTimestamp());
            _sent++;
            if (_running++ == 0)
            {
                _idle = Signal();
            }

            return isOther;
        }
    }

    private void Account(SourceSegment segment, SegmentOutcome outcome)
    {
        lock (_lock)
        {
            _media += segment.Duration;
            if (outcome.LossOf(Name, segment.Sequence) is { } loss)
            {
                _errors.Add(loss);
            }
            else
            {
                _roundTrips.Add(outcome.RoundTrip);
            }

            if (outcome.RetryOf(Name, segment.Sequence) is { } retry)
            {
                _retries.Add(retry);
            }
        }

        _progress.Report(outcome.Error is { } error
            ? new SegmentFailed(Name, segment.Sequence, outcome.Attempts, error)
            : SegmentAnswered.Of(Name, segment, outcome.Attempts, outcome.RoundTrip, outcome.Pixels));
    }
}
