using Microsoft.Extensions.Logging;
using Pool.Shared.Contracts;

namespace Pool.Worker.Connection;

/// <summary>
/// The assignments in the worker's hands, whichever connection they came over. Takes as many at once as the pool was told and refuses the
/// rest. A lost connection stops nothing: bytes and outcomes have their own way, and the next join names what is still in work. Only a line
/// that fell silent takes with it what was under way.
/// </summary>
internal sealed partial class AssignmentDesk(
    AssignmentRunner runner, AssignmentHttp http, TimeProvider time, IWorkerEvents events, ILogger<AssignmentDesk> logger) : IDisposable
{
    /// <summary>
    /// Outcomes and refusals that may be on their way to the pool beside the segments in work. A pool that floods the worker beyond
    /// this gets no answer at all, and takes those segments back by its own time-out.
    /// </summary>
    public const int MaxReports = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, CancellationTokenSource> _held = [];
    private readonly HashSet<Guid> _unreported = [];
    private readonly HashSet<Task> _running = [];
    private readonly CancellationTokenSource _over = new();
    private bool _draining;
    private int _capacity;
    private long _accepted;

    /// <summary>Segments in work.</summary>
    public int Held
    {
        get
        {
            lock (_gate)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>Segments of this worker that the pool has accepted so far.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Whether the pool waits for an outcome: it asks for signs of life then, and so can be held to giving them.</summary>
    public bool HasWork
    {
        get
        {
            lock (_gate)
            {
                return _unreported.Count > 0;
            }
        }
    }

    /// <summary>Assignments whose outcome the pool has not been told yet.</summary>
    public IReadOnlyList<Guid> Unreported
    {
        get
        {
            lock (_gate)
            {
                return [.. _unreported.Take(WorkerLink.MaxHeld)];
            }
        }
    }

    /// <summary>A connection was joined: from now on so many are taken at once.</summary>
    public void TakeUpTo(int capacity)
    {
        lock (_gate)
        {
            _capacity = capacity;
        }
    }

    /// <summary>Takes an assignment or refuses it; returns at once.</summary>
    public void Offer(Assignment assignment)
    {
        lock (_gate)
        {
            if (_over.IsCancellationRequested || _held.ContainsKey(assignment.AssignmentId))
            {
                return;
            }

            if (_running.Count >= _capacity + MaxReports)
            {
                LogFlooded(assignment.AssignmentId);
                return;
            }

            Track(_draining ? RefuseAsync(assignment, "The worker is draining")
                : _held.Count >= _capacity ? RefuseAsync(assignment, $"The worker holds {_capacity} segments already")
                : ServeAsync(assignment, Hold(assignment.AssignmentId).Token));
        }
    }

    /// <summary>The pool withdrew an assignment: its work stops, and its place is free at once.</summary>
    public void Cancel(Guid assignmentId, string reason)
    {
        if (TryStop(assignmentId))
        {
            events.Withdrawn(assignmentId, Sentence.Printable(reason));
        }
    }

    /// <summary>
    /// The line fell silent, and bytes that are under way on it would hang as long as it does: what is in work stops, and the next join does
    /// not name it, so that the pool gives it out again at once.
    /// </summary>
    public void Drop()
    {
        Guid[] held;
        lock (_gate)
        {
            held = [.. _held.Keys];
            _unreported.Clear();
        }

        foreach (var assignment in held.Where(TryStop))
        {
            events.Dropped(assignment);
        }
    }

    /// <summary>From now on everything is refused.</summary>
    public void Drain()
    {
        lock (_gate)
        {
            _draining = true;
        }
    }

    /// <summary>The worker leaves: everything stops, and the pool gives it to others.</summary>
    public void Abandon() => _over.Cancel();

    /// <summary>Waits until nothing is in work and every outcome has been told.</summary>
    public async Task WhenIdleAsync()
    {
        while (true)
        {
            Task[] running;
            lock (_gate)
            {
                running = [.. _running];
            }

            if (running.Length == 0)
            {
                return;
            }

            await Task.WhenAll(running);
        }
    }

    public void Dispose() => _over.Dispose();

    /// <summary>Called under the gate.</summary>
    private CancellationTokenSource Hold(Guid assignmentId)
    {
        _unreported.Add(assignmentId);
        return _held[assignmentId] = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
    }

    /// <summary>Stops the work; false when it is not in work any more.</summary>
    private bool TryStop(Guid assignmentId)
    {
        if (Release(assignmentId) is not { } stop)
        {
            return false;
        }

        stop.Cancel();
        stop.Dispose();
        return true;
    }

    private CancellationTokenSource? Release(Guid assignmentId)
    {
        lock (_gate)
        {
            return _held.Remove(assignmentId, out var stop) ? stop : null;
        }
    }

    /// <summary>Called under the gate, so the task is in the set before it can be taken out.</summary>
    private void Track(Task task)
    {
        _running.Add(task);
        _ = UntrackAsync(task);

        async Task UntrackAsync(Task tracked)
        {
            await tracked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            lock (_gate)
            {
                _running.Remove(tracked);
            }
        }
    }

    private async Task ServeAsync(Assignment assignment, CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);   // the hub's messages do not wait for the work
        var started = time.GetTimestamp();
        CancellationTokenSource? held = null;
        await runner.WorkAsync(assignment, outcome =>
        {
            // The place is free before the pool hears the outcome: it may send the next segment before its answer has come back.
            held = Release(assignment.AssignmentId);
            return ReportAsync(assignment, outcome, time.GetElapsedTime(started));
        }, stop);
        (held ?? Release(assignment.AssignmentId))?.Dispose();
        lock (_gate)
        {
            _unreported.Remove(assignment.AssignmentId);
        }
    }

    private async Task RefuseAsync(Assignment assignment, string reason)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await ReportAsync(assignment, new AssignmentOutcome(OutcomeKind.Refused, reason, 0, 0), TimeSpan.Zero);
    }

    private async Task ReportAsync(Assignment assignment, AssignmentOutcome outcome, TimeSpan elapsed)
    {
        OutcomeVerdict? verdict = null;
        try
        {
            verdict = await http.PostAsync(assignment, outcome, _over.Token);
        }
        catch (LinkException failure)
        {
            LogNotTold(assignment.AssignmentId, failure.Message);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (outcome.Kind == OutcomeKind.Done && verdict is { Accepted: true })
        {
            Interlocked.Increment(ref _accepted);
        }

        events.Ended(new SegmentReport(assignment, outcome, verdict, elapsed));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Assignment {Assignment} is not answered: too many outcomes are on their way already")]
    private partial void LogFlooded(Guid assignment);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Assignment {Assignment}: {Reason}")]
    private partial void LogNotTold(Guid assignment, string reason);
}
