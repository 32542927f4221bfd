using Pool.Server.Workers;
using Pool.Shared.Ids;

namespace Pool.Server.Dispatch;

/// <summary>A place in the waiting line that can be left.</summary>
internal sealed class PlaceInLine
{
    private readonly CancellationTokenSource _leave;

    public PlaceInLine(WaitingLine line, SegmentWork work, IReadOnlySet<WorkerId> barred, CancellationToken until)
    {
        _leave = CancellationTokenSource.CreateLinkedTokenSource(until);
        Turn = line.TakeAsync(work, barred, _leave.Token);
    }

    /// <summary>Completes with a slot, or with null when there is none to be waited for.</summary>
    public Task<WorkerSlot?> Turn { get; }

    /// <summary>Leaves it, once. The slot that the turn has brought, if it has come: the caller's now.</summary>
    public async Task<WorkerSlot?> LeaveAsync()
    {
        await _leave.CancelAsync();
        var slot = await Turn;
        _leave.Dispose();
        return slot;
    }
}
