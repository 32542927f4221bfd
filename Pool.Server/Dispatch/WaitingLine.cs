using Pool.Server.Workers;
using Pool.Shared.Ids;

namespace Pool.Server.Dispatch;

/// <summary>
/// Where segments wait for a worker with a free slot. Whoever came to the pool first is served first, also when its worker was lost since; who could not use what is
/// free does not hold up those behind. A session has one segment in work at a time, so no session can crowd out the others. The line is bounded.
/// </summary>
internal sealed class WaitingLine(WorkerChoice choice, int maxWaiting)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _line = [];

    private sealed record Waiter(SegmentWork Work, IReadOnlySet<WorkerId> Barred, TaskCompletionSource<WorkerSlot?> Turn);

    /// <summary>Whether anybody waits.</summary>
    public bool HasWaiting => Count > 0;

    /// <summary>Segments that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _line.Count;
            }
        }
    }

    /// <summary>A slot for this segment; waits until there is one. Null when the time is up or too many wait already.</summary>
    /// <param name="work">The segment.</param>
    /// <param name="barred">Workers that it must not go to; not changed while it waits.</param>
    /// <param name="until">Ends the wait.</param>
    public async Task<WorkerSlot?> TakeAsync(SegmentWork work, IReadOnlySet<WorkerId> barred, CancellationToken until)
    {
        LinkedListNode<Waiter> place;
        lock (_gate)
        {
            // Whoever waits already comes first, also when nobody has told the line yet that something is free.
            ServeAll();
            if (until.IsCancellationRequested)
            {
                return null;
            }

            if (choice.TryTake(work, barred) is { } slot)
            {
                return slot;
            }

            if (_line.Count >= maxWaiting)
            {
                return null;
            }

            place = Enter(new Waiter(work, barred, new TaskCompletionSource<WorkerSlot?>(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        using var end = until.UnsafeRegister(_ => GiveUp(place), null);
        return await place.Value.Turn.Task;
    }

    /// <summary>Something changed: whoever can be served now is served.</summary>
    public void Serve()
    {
        lock (_gate)
        {
            ServeAll();
        }
    }

    private LinkedListNode<Waiter> Enter(Waiter waiter)
    {
        var before = _line.Last;
        while (before is not null && before.Value.Work.ReceivedAt > waiter.Work.ReceivedAt)
        {
            before = before.Previous;
        }

        return before is null ? _line.AddFirst(waiter) : _line.AddAfter(before, waiter);
    }

    private void ServeAll()
    {
        for (var place = _line.First; place is not null;)
        {
            var next = place.Next;
            if (choice.TryTake(place.Value.Work, place.Value.Barred) is { } slot)
            {
                _line.Remove(place);
                place.Value.Turn.SetResult(slot);
            }

            place = next;
        }
    }

    private void GiveUp(LinkedListNode<Waiter> place)
    {
        lock (_gate)
        {
            if (place.List is not null)
            {
                _line.Remove(place);
                place.Value.Turn.SetResult(null);
            }
        }
    }
}

/// <summary>Serves the line whenever a slot comes free or a worker comes.</summary>
internal sealed class LineServer(WaitingLine line, WorkerRegistry workers) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // The bell is taken before looking, so no change is missed.
            var change = workers.NextChange();
            line.Serve();
            await change.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
