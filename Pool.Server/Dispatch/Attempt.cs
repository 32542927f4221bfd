using Pool.Server.Dispatch.Policies;
using Pool.Server.Workers;
using Pool.Shared.Contracts;
using Pool.Shared.Livepeer;

namespace Pool.Server.Dispatch;

/// <summary>One worker's attempt at a segment: its slot, its assignment, and everything that can end it. Disposing of it gives the slot back.</summary>
internal sealed class Attempt : IDisposable
{
    private readonly DispatchParts _parts;
    private readonly Lock _gate = new();
    private readonly JobSize _size;
    private readonly CancellationTokenSource _accept;
    private readonly CancellationTokenRegistration _late;
    private readonly CancellationTokenRegistration _tooLate;
    private readonly int _inFlight;
    private WorkerSlot _slot;
    private CancellationTokenRegistration _gone;
    private readonly TaskCompletionSource _unfetched = NewSignal();
    private TaskCompletionSource _orphaned = NewSignal();
    private ITimer? _grace;
    private bool _wasInterrupted;
    private bool _isOver;

    private Attempt(DispatchParts parts, WorkerSlot slot, SegmentWork work, SegmentRace race, CancellationToken until)
    {
        (_parts, _slot, _inFlight, _size) = (parts, slot, slot.InFlight, JobSize.Of(work));
        var figures = slot.Worker.Record.Figures;
        (Expected, FailuresBefore) = (ExpectedTime.Of(_size, figures), figures.FailuresInARow);
        Assignment = parts.Book.Open(work, slot.Worker, race);
        _accept = new CancellationTokenSource(parts.Options.AcceptTimeout, parts.Time);
        _late = _accept.Token.UnsafeRegister(_ => StallUnlessFetched(), null);
        _tooLate = until.UnsafeRegister(_ => Fail(AttemptFault.Stopped, "the deadline passed"), null);
        parts.Leases.Enter(this);
        Watch(slot.Worker);
    }

    public LiveAssignment Assignment { get; }

    public ConnectedWorker Worker => Assignment.Worker;

    /// <summary>Completes when the worker's connection is lost. The worker may still come back with what it holds.</summary>
    public Task Orphaned => Volatile.Read(ref _orphaned).Task;

    /// <summary>What the worker was expected to take; null when nobody knows.</summary>
    public TimeSpan? Expected { get; }

    private TimeSpan Duration => TimeSpan.FromMilliseconds(Assignment.Work.DurationMilliseconds);

    /// <summary>The worker's failures in a row when it got the segment.</summary>
    public int FailuresBefore { get; }

    /// <summary>Completes when the worker has not begun to fetch the segment in time. It may still do so.</summary>
    public Task Unfetched => _unfetched.Task;

    /// <summary>Whether nobody can tell that the worker has its hands on the segment: another one is needed at once.</summary>
    public bool IsStalled => Orphaned.IsCompleted || IsUnfetched;

    private bool IsUnfetched => Unfetched.IsCompleted && !Assignment.Fetched.IsCompleted;

    /// <summary>Gives the segment to the worker whose slot this is, and does not wait for it.</summary>
    /// <param name="parts">What dispatching works with.</param>
    /// <param name="slot">The worker's slot; the attempt's from now on.</param>
    /// <param name="work">The segment.</param>
    /// <param name="race">The segment's race.</param>
    /// <param name="left">What is left of the gateway's patience: the attempt may use all of it.</param>
    /// <param name="until">Ends with that patience, or with the gateway.</param>
    public static Attempt Begin(
        DispatchParts parts, WorkerSlot slot, SegmentWork work, SegmentRace race, TimeSpan left, CancellationToken until)
    {
        var attempt = new Attempt(parts, slot, work, race, until);
        _ = attempt.AssignAsync(left);
        return attempt;
    }

    /// <summary>The time for a hedge has come: nobody else's hedge goes to this worker.</summary>
    public void MarkLate()
    {
        lock (_gate)
        {
            _slot.MarkLate();
        }
    }

    /// <summary>What the pool learned of the worker's speed and standing by this attempt, which has ended.</summary>
    public void Learn(AttemptResult result)
    {
        var elapsed = _parts.Time.GetUtcNow() - Assignment.AssignedAt;
        switch (result)
        {
            case AttemptResult.Good good:
                Finished(good.Renditions, elapsed);
                break;
            case AttemptResult.Second second:
                Finished(second.Renditions, elapsed);
                break;
            case AttemptResult.Failed { Fault: AttemptFault.Stopped } when IsUnfetched:
                Worker.Record.Failed(_parts.Time.GetUtcNow());
                break;
            case AttemptResult.Failed { Fault: AttemptFault.Stopped } when elapsed >= HedgeTime.After(Duration, Expected):
                Worker.Record.Stopped(_size.Pixels, elapsed, _parts.Time.GetUtcNow());
                break;
            case AttemptResult.Failed failed when failed.Fault.IsWorkers():
                Worker.Record.Failed(_parts.Time.GetUtcNow());
                break;
        }
    }

    /// <summary>The worker came back and still works on it: the attempt goes on as if nothing had been. False when it is over.</summary>
    public bool TryResume(ConnectedWorker worker)
    {
        lock (_gate)
        {
            if (_isOver || Assignment.IsOver)
            {
                return false;
            }

            var isLate = _slot.IsLate;
            _gone.Unregister();
            _slot.Dispose();
            _slot = worker.TakeOverSlot();
            if (isLate)
            {
                _slot.MarkLate();
            }

            _grace?.Dispose();
            _grace = null;
            Assignment.Worker = worker;
            Volatile.Write(ref _orphaned, NewSignal());
            _wasInterrupted = true;
            Watch(worker);
            return true;
        }
    }

    /// <summary>The worker is gone, or has nothing of it any more.</summary>
    public void Lose(string reason) => Fail(AttemptFault.Lost, reason);

    public void Dispose()
    {
        Fail(AttemptFault.Stopped, "the pool gave it up");
        lock (_gate)
        {
            _isOver = true;
            _gone.Unregister();
            _grace?.Dispose();
            if (!Assignment.IsGood)
            {
                _ = TellAsync();
            }

            _slot.Dispose();
        }

        _late.Dispose();
        _tooLate.Dispose();
        _accept.Dispose();
        _parts.Leases.Remove(this);
        _parts.Book.Close(Assignment);
        _parts.Workers.RingForFreeSlot();
    }

    private void Watch(ConnectedWorker worker) => _gone = worker.Gone.UnsafeRegister(_ => Orphan(worker), null);

    /// <summary>A lost connection is not yet lost work: a short drop must not cost what has been done. But nobody waits for it either.</summary>
    private void Orphan(ConnectedWorker worker)
    {
        lock (_gate)
        {
            if (!_isOver && Assignment.Worker == worker)
            {
                _grace ??= _parts.Time.CreateTimer(_ => Lose("its connection was lost"), null, WorkerLink.ReclaimGrace, Timeout.InfiniteTimeSpan);
                _orphaned.TrySetResult();
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Finished(IReadOnlyList<Rendition> renditions, TimeSpan elapsed) => Worker.Record.Finished(new FinishedWork(
        renditions.Sum(rendition => rendition.Count.Pixels), elapsed, Assignment.Work.Source.Length, Assignment.Fetch,
        Duration, _inFlight, Assignment.AssignedAt)
    {
        WasInterrupted = _wasInterrupted || Orphaned.IsCompleted,
        IsPoolsClip = Assignment.Work.IsPoolsClip,
    });

    /// <summary>The times run while the message waits: a worker that does not read its socket holds nothing longer than a silent one.</summary>
    private async Task AssignAsync(TimeSpan left)
    {
        var work = Assignment.Work;
        try
        {
            await Worker.Client.Assign(new Assignment(
                Assignment.Id.Value, Assignment.Token, work.SessionId, work.Source.Length, work.DurationMilliseconds,
                work.Profiles, work.Clip, work.ForceReinit, Math.Max((int)left.TotalMilliseconds, 1))
            {
                IsSignatureWanted = work.IsSignatureWanted && Worker.Identity.Capabilities.Contains(Capability.Mpeg7Signature),
            });
        }
        catch (Exception)
        {
            Lose("it could not be told");
        }
    }

    /// <summary>A worker that lost an assignment is told to stop; if it cannot be told, its bytes are refused anyway. Nobody waits for it.</summary>
    private async Task TellAsync()
    {
        if (!Worker.Gone.IsCancellationRequested)
        {
            await Worker.Client.Cancel(Assignment.Id.Value, "the assignment is over").ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void StallUnlessFetched()
    {
        if (!Assignment.Fetched.IsCompleted)
        {
            _unfetched.TrySetResult();
        }
    }

    private void Fail(AttemptFault fault, string reason) => _ = Assignment.Finish(
        new AttemptResult.Failed(fault, reason), new OutcomeVerdict(false, $"The assignment had ended: {reason}."));
}
