using Microsoft.Extensions.Logging;
using Pool.Shared.Contracts;
using Pool.Worker.Transcoding.Formats;
using Pool.Worker.Transcoding.Sandbox;

namespace Pool.Worker.Transcoding.Host;

/// <summary>
/// A transcoder whose codecs live in a child process (<c>pool-worker transcode-host</c>). When that dies, its segments are tried once
/// more, each alone in a process of its own; the one that kills its process again is refused as bad input, and its stream runs alone
/// from then on. A segment that was only beside it is not blamed: it is made after all, unless bytes of it had been handed out and the
/// encoder makes other ones now; then it fails, and may be tried elsewhere.
/// </summary>
public sealed partial class TranscodeHostProcess : ITranscoder
{
    /// <summary>Suspects that run at the same time, each in its own process.</summary>
    internal const int MaxLoneHosts = 2;

    /// <summary>Attempts at one segment, whoever was to blame for those that failed.</summary>
    internal const int MaxAttempts = 4;

    private readonly TranscodeHostOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly HostLane _shared;
    private readonly SemaphoreSlim _alone = new(MaxLoneHosts);
    private readonly SuspectBook _suspects = new();
    private readonly CancellationTokenSource _closing = new();
    private int _lastCut;

    private TranscodeHostProcess(TranscodeHostOptions options, HostLane shared, ILogger logger, TimeProvider time) =>
        (_options, _shared, _logger, _time) = (options, shared, logger, time);

    /// <inheritdoc/>
    public IReadOnlyList<int> Capabilities => _shared.Current.Hello.Capabilities;

    /// <inheritdoc/>
    public string Device => _shared.Current.Hello.Device;

    /// <summary>What keeps the codec process in, as it found out by trying; its text is one line for people.</summary>
    public SandboxReport Sandbox => _shared.Current.Hello.Sandbox ?? SandboxReport.None;

    /// <summary>Id of the host process that runs now.</summary>
    internal int ProcessId => _shared.Current.ProcessId;

    /// <summary>Starts the host and waits until it has proven its libraries and its sandbox.</summary>
    /// <exception cref="TranscodeHostException">The host cannot work on this machine; the message is one line that says what to do.</exception>
    public static async Task<TranscodeHostProcess> StartAsync(
        TranscodeHostOptions options, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var transcoder = new TranscodeHostProcess(options, await HostLane.StartAsync(options, logger, time, cancellationToken), logger, time);
        var sandbox = transcoder.Sandbox;
        if (sandbox.IsWhole)
        {
            LogSandbox(logger, sandbox);
        }
        else
        {
            LogWeakSandbox(logger, sandbox);
        }

        return transcoder;
    }

    /// <inheritdoc/>
    public async Task<TranscodeOutcome> TranscodeAsync(TranscodeJob job, IRenditionSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(sink);
        if (job.SegmentBytes is <= 0 or > TranscodeLimits.MaxBytes)
        {
            return new TranscodeOutcome.Failed($"a segment has 1 to {TranscodeLimits.MaxBytes} bytes, not {job.SegmentBytes}");
        }

        // Whole before any host is bothered with it: a slow link holds no codec, and a host that dies takes nothing with it.
        using var segment = await SegmentBuffer.ReadAsync(job.Segment, job.SegmentBytes, cancellationToken);
        var flow = new RenditionFlow(sink, job.Profiles.Count);
        try
        {
            return await TryAsync(job, segment, flow, cancellationToken);
        }
        catch (TranscodeHostException broken)
        {
            return new TranscodeOutcome.Failed(broken.Message);
        }
    }

    /// <summary>The file that the host was started with, as segments.</summary>
    /// <param name="length">Shortest length of a segment; zero keeps the file whole.</param>
    public ISegmentSource Cut(TimeSpan length) =>
        new HostSegmentSource(_shared.Current, _options.InputFile ?? throw new InvalidOperationException("The host was started without a file."),
            new HostCut(Interlocked.Increment(ref _lastCut), length.TotalSeconds));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
        {
            return;
        }

        await _closing.CancelAsync();
        await _shared.DisposeAsync();
        for (var place = 0; place < MaxLoneHosts; place++)
        {
            await _alone.WaitAsync();
        }
    }

    private async Task<TranscodeOutcome> TryAsync(TranscodeJob job, SegmentBuffer segment, RenditionFlow flow, CancellationToken cancellationToken)
    {
        var fingerprint = _suspects.IsEmpty ? null : segment.Fingerprint(job.Profiles);
        var reason = "";
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (fingerprint is not null && _suspects.WordAgainst(fingerprint) is { } word)
            {
                return new TranscodeOutcome.BadInput(word);
            }

            var isAlone = fingerprint is not null && _suspects.MustRunAlone(fingerprint, job.SessionId);
            var order = new HostOrder(
                job, segment, _options.TimeLimit(job.Duration), key => _suspects.NoteDeath(key, job.SessionId, isAlone, InputFault.Runaway));
            var result = isAlone ? await RunAloneAsync(order, flow, cancellationToken) : await RunSharedAsync(order, flow, cancellationToken);
            if (result is HostAttempt.Ended ended)
            {
                if (isAlone)
                {
                    _suspects.NoteGood(fingerprint!, job.SessionId);   // alone means that it was looked up
                }

                return flow.IsBroken && ended.Outcome is TranscodeOutcome.Done
                    ? new TranscodeOutcome.Failed($"{reason}, and the second attempt made other bytes than were handed out before")
                    : ended.Outcome;
            }

            fingerprint ??= segment.Fingerprint(job.Profiles);
            reason = Blame(result, fingerprint, job.SessionId, isAlone);
            if (_closing.IsCancellationRequested)
            {
                break;
            }

            flow.Restart();
        }

        return fingerprint is not null && _suspects.WordAgainst(fingerprint) is { } last
            ? new TranscodeOutcome.BadInput(last)
            : new TranscodeOutcome.Failed(reason);
    }

    private async Task<HostAttempt> RunSharedAsync(HostOrder order, RenditionFlow flow, CancellationToken cancellationToken) =>
        await (await _shared.LiveAsync(cancellationToken)).RunAsync(order, flow, cancellationToken);

    /// <summary>A process for this segment only: whatever becomes of it, no other segment is in it.</summary>
    private async Task<HostAttempt> RunAloneAsync(HostOrder order, RenditionFlow flow, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        HostLink? link = null;
        var hasPlace = false;
        try
        {
            await _alone.WaitAsync(either.Token);
            hasPlace = true;
            link = await HostLink.StartAsync(_options, order.Job.SessionId, _logger, _time, either.Token);
            return await link.RunAsync(order, flow, either.Token);
        }
        catch (OperationCanceledException closing) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TranscodeHostException("The transcoder is being closed.", closing);
        }
        finally
        {
            if (hasPlace)
            {
                _ = LeaveAsync(link);
            }
        }
    }

    /// <summary>Ends a lone host, once it has shown whether it lets go of a segment that was cancelled, and gives its place to the next.</summary>
    private async Task LeaveAsync(HostLink? link)
    {
        if (link is not null)
        {
            await link.Obeyed;
            await link.DisposeAsync();
        }

        _alone.Release();
    }

    /// <summary>Notes who may be why an attempt failed; returns what happened, for people.</summary>
    private string Blame(HostAttempt result, string fingerprint, string session, bool wasAlone)
    {
        var (reason, isSuspect, word) = result switch
        {
            HostAttempt.Overdue => ("a segment took longer than its time limit", true, InputFault.Runaway),
            HostAttempt.Died died => (died.Reason, died.IsSuspect && !_closing.IsCancellationRequested, InputFault.InvalidVideo),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (isSuspect && _suspects.NoteDeath(fingerprint, session, wasAlone, word))
        {
            LogCondemned(_logger, session, reason);
        }

        return reason;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Transcode host, {Sandbox}")]
    private static partial void LogSandbox(ILogger logger, SandboxReport sandbox);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Transcode host, {Sandbox}")]
    private static partial void LogWeakSandbox(ILogger logger, SandboxReport sandbox);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A segment of session {Session} is refused from now on: {Reason}, twice")]
    private static partial void LogCondemned(ILogger logger, string session, string reason);
}
