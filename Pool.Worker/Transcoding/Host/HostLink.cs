using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Pool.Worker.Transcoding.Host;

/// <summary>One life of a host process: its pipes and its jobs.</summary>
internal sealed partial class HostLink : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TranscodeHostOptions _options;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly HostFrameWriter _writer;
    private readonly ConcurrentDictionary<int, HostLinkJob> _jobs = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _reading;
    private readonly Task _complaints;
    private readonly Task _watching;
    private readonly Lock _killing = new();
    private int _lastJob;
    private int _disposed;
    private string _reason = "the transcode host died";
    private int? _culprit;
    private bool _isKilled;
    private volatile bool _dead;

    private HostLink(Process process, HostHello hello, TranscodeHostOptions options, Task complaints, TimeProvider time)
    {
        (_process, Hello, _options, _complaints, _time, _startedAt) = (process, hello, options, complaints, time, time.GetTimestamp());
        ProcessId = process.Id;
        _writer = new HostFrameWriter(process.StandardInput.BaseStream);
        _reading = ReadAllAsync(process.StandardOutput.BaseStream);
        _watching = HostMemory.WatchAsync(ProcessId, options.MaxMemoryBytes, reason => Kill(reason, null), time, _ended.Token);
    }

    public HostHello Hello { get; }

    public int ProcessId { get; }

    public bool IsDead => _dead;

    /// <summary>Ends when the host has let go of the segment that was cancelled last, or was killed because it did not.</summary>
    public Task Obeyed { get; private set; } = Task.CompletedTask;

    public TimeSpan Age => _time.GetElapsedTime(_startedAt);

    /// <summary>Starts a host and waits for its first word.</summary>
    /// <param name="options">How to start it.</param>
    /// <param name="session">The session it is for alone, or null.</param>
    /// <param name="logger">Takes what it says.</param>
    /// <param name="time">The clock of its limits.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="TranscodeHostException">It cannot work on this machine.</exception>
    public static async Task<HostLink> StartAsync(
        TranscodeHostOptions options, string? session, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        var process = await HostLauncher.StartAsync(options);
        var complaints = HostErrorLog.ReadAsync(process.StandardError, logger);
        try
        {
            var hello = await HostGreeting.ReadAsync(process.StandardOutput.BaseStream, time, cancellationToken);
            options.HostStarted?.Invoke(process.Id, session);
            return new HostLink(process, hello, options, complaints, time);
        }
        catch
        {
            HostLauncher.Kill(process);
            await complaints;
            await HostLauncher.BuryAsync(process);
            throw;
        }
    }

    /// <summary>Tries a segment in this host.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the host is told so, and is killed if it does not obey.</exception>
    public async Task<HostAttempt> RunAsync(HostOrder order, RenditionFlow flow, CancellationToken cancellationToken)
    {
        var job = new HostLinkJob(Interlocked.Increment(ref _lastJob));
        _jobs[job.Id] = job;
        if (_dead)
        {
            job.End();
        }

        using var limit = new CancellationTokenSource(order.Limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var isOver = false;
        try
        {
            await SendAsync(job, order, either.Token);
            var outcome = await ReceiveAsync(job, flow, new PausableLimit(limit, order.Limit, _time), either.Token, cancellationToken);
            isOver = true;
            return outcome is null ? Death(job) : new HostAttempt.Ended(outcome);
        }
        catch (HostBrokenException broken)
        {
            Kill(broken.Message, broken.IsJobs ? job.Id : null);
            await _reading;
            isOver = true;
            return Death(job);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            isOver = true;
            await StopAsync(job, $"a segment hung for {order.Limit.TotalSeconds:0} s in the transcode host");
            return new HostAttempt.Overdue();
        }
        finally
        {
            if (isOver)
            {
                Forget(job);
            }
            else
            {
                // Who it was is reckoned now: the segment's bytes go with the caller.
                Obeyed = CallOffAsync(job, order.Segment.Fingerprint(order.Job.Profiles), order.OnHang);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Kill("the transcode host was closed", null);
        await _reading;
        await _complaints;
        await _watching;
        await HostLauncher.BuryAsync(_process);
    }

    private async Task SendAsync(HostLinkJob job, HostOrder order, CancellationToken cancellationToken)
    {
        var what = order.Job;
        var message = new HostJob(what.SessionId, what.Profiles, what.Clip, order.Segment.Length, what.ForceReinit, what.IsSignatureWanted);
        await _writer.WriteMessageAsync(HostFrameKind.Job, job.Id, message, cancellationToken);
        foreach (var part in order.Segment.Parts)
        {
            await _writer.WriteAsync(HostFrameKind.SegmentBytes, job.Id, part, cancellationToken);
        }

        job.IsAtWork = true;
        await _writer.WriteAsync(HostFrameKind.SegmentEnd, job.Id, default, cancellationToken);
    }

    /// <summary>Hands on what comes of a job; null when the host died before it was over.</summary>
    private async Task<TranscodeOutcome?> ReceiveAsync(
        HostLinkJob job, RenditionFlow flow, PausableLimit limit, CancellationToken either, CancellationToken cancellationToken)
    {
        await foreach (var frame in job.Frames.ReadAllAsync(either))
        {
            using (frame)
            {
                if (frame.Kind == HostFrameKind.Outcome)
                {
                    return await EndAsync(frame, flow, limit, cancellationToken);
                }

                await limit.OutsideAsync(flow.TakeAsync(frame, cancellationToken));
                await _writer.WriteNumberAsync(HostFrameKind.Credit, job.Id, job.Taken(frame), either);
            }
        }

        return null;
    }

    private static async Task<TranscodeOutcome> EndAsync(HostFrame frame, RenditionFlow flow, PausableLimit limit, CancellationToken cancellationToken)
    {
        var outcome = frame.Read<HostOutcome>();
        if (outcome.InputFault is { } word)
        {
            return new TranscodeOutcome.BadInput(word);
        }

        if (outcome.Failure is { } failure)
        {
            return new TranscodeOutcome.Failed(failure);
        }

        await limit.OutsideAsync(new ValueTask(flow.CompleteAllAsync(cancellationToken)));
        return new TranscodeOutcome.Done(outcome.DecodedFrames, TimeSpan.FromMilliseconds(outcome.Milliseconds));
    }

    /// <summary>For a caller that has gone: nobody waits, but a segment that hangs a host is remembered.</summary>
    private async Task CallOffAsync(HostLinkJob job, string fingerprint, Action<string> onHang)
    {
        if (await StopAsync(job, "a cancelled segment did not end in the transcode host") && job.IsAtWork)
        {
            onHang(fingerprint);
        }

        Forget(job);
    }

    /// <summary>Tells the host to stop a job, throws away what still comes of it, and kills a host that does not stop.</summary>
    /// <returns>True when the host was killed for it.</returns>
    private async Task<bool> StopAsync(HostLinkJob job, string reason)
    {
        using var grace = new CancellationTokenSource(_options.CancelGrace, _time);
        try
        {
            await _writer.WriteAsync(HostFrameKind.Cancel, job.Id, default, grace.Token);
            await foreach (var frame in job.Frames.ReadAllAsync(grace.Token))
            {
                using (frame)
                {
                    if (frame.Kind == HostFrameKind.Outcome)
                    {
                        return false;
                    }

                    await _writer.WriteNumberAsync(HostFrameKind.Credit, job.Id, job.Taken(frame), grace.Token);
                }
            }

            return false;
        }
        catch (OperationCanceledException)
        {
            return Kill(reason, job.IsAtWork ? job.Id : null);
        }
        catch (HostBrokenException)
        {
            return false;
        }
    }

    private async Task ReadAllAsync(Stream output)
    {
        var header = new byte[HostFrame.HeaderBytes];
        try
        {
            while (await HostFrame.ReadAsync(output, header, CancellationToken.None) is { } frame)
            {
                Take(frame);
            }
        }
        catch (Exception broken) when (broken is IOException or HostBrokenException or ObjectDisposedException)
        {
            Kill(broken is HostBrokenException ? broken.Message : _reason, null);
        }

        Kill(_reason, null);
        _dead = true;
        await _ended.CancelAsync();
        foreach (var job in _jobs.Values)
        {
            job.End();
        }
    }

    private void Take(HostFrame frame)
    {
        if (frame.Kind is not (HostFrameKind.RenditionBytes or HostFrameKind.RenditionSignature or HostFrameKind.RenditionEnd or HostFrameKind.Outcome))
        {
            frame.Dispose();
            throw new HostBrokenException($"the transcode host sent a frame that only the worker sends ({frame.Kind})");
        }

        if (_jobs.TryGetValue(frame.Job, out var job))
        {
            job.Put(frame);
        }
        else
        {
            frame.Dispose();
        }
    }

    /// <summary>Kills the host. The first reason is the one that counts.</summary>
    /// <param name="reason">For people.</param>
    /// <param name="culprit">The job that is why; null when that is not known.</param>
    /// <returns>True when it was this call that killed it.</returns>
    private bool Kill(string reason, int? culprit)
    {
        lock (_killing)
        {
            if (_isKilled)
            {
                return false;
            }

            (_isKilled, _reason, _culprit) = (true, reason, culprit);
            HostLauncher.Kill(_process);
            return true;
        }
    }

    private HostAttempt.Died Death(HostLinkJob job) => new(_reason, job.IsAtWork && (_culprit is null || _culprit == job.Id));

    private void Forget(HostLinkJob job)
    {
        _jobs.TryRemove(job.Id, out _);
        job.Drop();
    }
}
