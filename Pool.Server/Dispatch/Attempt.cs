using Pool.Server.Dispatch.Policies;
using Pool.Server.Workers;
using Pool.Shared.Contracts;
using Pool.Shared.Livepeer;

namespace Pool.Server.Dispatch;

/// <summary>One worker's attempt at a segment: its slot, its assignment, and everything that can end it. Disposing of it gives the slot back.</summary>
internal sealed class Attempt : IDisposable
{
    private readonly DispatchParts _parts;
    private readonly WorkerSlot _slot;
    private readonly JobSize _size;
    private readonly CancellationTokenSource _accept;
    private readonly CancellationTokenRegistration _gone;
    private readonly CancellationTokenRegistration _late;
    private readonly CancellationTokenRegistration _tooLate;

    private Attempt(DispatchParts parts, WorkerSlot slot, SegmentWork work, SegmentRace race, CancellationToken until)
    {
        (_parts, _slot, _size) = (parts, slot, JobSize.Of(work));
        var figures = slot.Worker.Record.Figures;
        (Expected, FailuresBefore) = (ExpectedTime.Of(_size, figures), figures.FailuresInARow);
        Assignment = parts.Book.Open(work, slot.Worker, race);
        _accept = new CancellationTokenSource(parts.Options.AcceptTimeout, parts.Time);
        _gone = slot.Worker.Gone.UnsafeRegister(_ => Fail(AttemptFault.Lost, "its connection was lost"), null);
        _late = _accept.Token.UnsafeRegister(_ => FailUnlessFetched(), null);
        _tooLate = until.UnsafeRegister(_ => Fail(AttemptFault.Stopped, "the deadline passed"), null);
    }

    public LiveAssignment Assignment { get; }

    public ConnectedWorker Worker => _slot.Worker;

    /// <summary>What the worker was expected to take; null when nobody knows.</summary>
    public TimeSpan? Expected { get; }

    private TimeSpan Duration => TimeSpan.FromMilliseconds(Assignment.Work.DurationMilliseconds);

    /// <summary>The worker's failures in a row when it got the segment.</summary>
    public int FailuresBefore { get; }

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
    public void MarkLate() => _slot.MarkLate();

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
            case AttemptResult.Failed { Fault: AttemptFault.Stopped } when elapsed >= HedgeTime.After(Duration, Expected):
                Worker.Record.Stopped(_size.Pixels, elapsed);
                break;
            case AttemptResult.Failed failed when failed.Fault.IsWorkers():
                Worker.Record.Failed(_parts.Time.GetUtcNow());
                break;
        }
    }

    public void Dispose()
    {
        Fail(AttemptFault.Stopped, "the pool gave it up");
        _gone.Dispose();
        _late.Dispose();
        _tooLate.Dispose();
        _accept.Dispose();
        if (!Assignment.IsGood)
        {
            _ = TellAsync();
        }

        _parts.Book.Close(Assignment);
        _slot.Dispose();
        _parts.Workers.RingForFreeSlot();
    }

    private void Finished(IReadOnlyList<Rendition> renditions, TimeSpan elapsed) => Worker.Record.Finished(new FinishedWork(
        renditions.Sum(rendition => rendition.Count.Pixels), elapsed, Assignment.Work.Source.Length, Assignment.Fetch,
        Duration, _slot.InFlight));

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
            Fail(AttemptFault.Lost, "it could not be told");
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

    private void FailUnlessFetched()
    {
        if (!Assignment.Fetched.IsCompleted)
        {
            Fail(AttemptFault.NotFetched, "it did not fetch the segment in time");
        }
    }

    private void Fail(AttemptFault fault, string reason) => Assignment.Finish(
        new AttemptResult.Failed(fault, reason), new OutcomeVerdict(false, $"The assignment had ended: {reason}."));
}
