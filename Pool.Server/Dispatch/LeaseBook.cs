using System.Collections.Concurrent;
using Pool.Server.Workers;
using Pool.Shared.Ids;

namespace Pool.Server.Dispatch;

/// <summary>The attempts that are under way, by their assignment.</summary>
internal sealed class LeaseBook : IWorkerLeases
{
    private readonly ConcurrentDictionary<AssignmentId, Attempt> _attempts = new();

    public void Enter(Attempt attempt) => _attempts[attempt.Assignment.Id] = attempt;

    public void Remove(Attempt attempt) => _attempts.TryRemove(attempt.Assignment.Id, out _);

    public void Resume(ConnectedWorker worker, IReadOnlyList<Guid> held)
    {
        var named = held.Select(id => new AssignmentId(id)).ToHashSet();
        foreach (var attempt in _attempts.Values.Where(attempt => attempt.Worker.Identity.Id == worker.Identity.Id))
        {
            if (!named.Contains(attempt.Assignment.Id))
            {
                attempt.Lose("it came back without it");
            }
            else if (attempt.TryResume(worker))
            {
                named.Remove(attempt.Assignment.Id);
            }
        }

        foreach (var over in named)
        {
            _ = TellAsync(worker, over);
        }
    }

    private static async Task TellAsync(ConnectedWorker worker, AssignmentId over) =>
        await worker.Client.Cancel(over.Value, "the assignment is over").ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
