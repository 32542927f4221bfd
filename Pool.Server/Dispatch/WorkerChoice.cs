using System.Collections.Concurrent;
using Pool.Server.Workers;
using Pool.Shared.Ids;

namespace Pool.Server.Dispatch;

/// <summary>
/// Which worker gets a segment: the one that has the session, if it can; else the capable worker with the most room for its
/// sessions and segments. A worker that failed this segment does not get it again.
/// </summary>
internal sealed class WorkerChoice(WorkerRegistry workers)
{
    private readonly ConcurrentDictionary<string, WorkerId> _affinity = new(StringComparer.Ordinal);

    /// <summary>One choice at a time: two new sessions that choose in the same moment must see each other.</summary>
    private readonly Lock _choosing = new();

    /// <summary>The worker that has this session now, if any.</summary>
    public WorkerId? WorkerOf(string sessionId) => _affinity.TryGetValue(sessionId, out var worker) ? worker : null;

    /// <summary>Forgets a session that has ended.</summary>
    public void Forget(string sessionId) => _affinity.TryRemove(sessionId, out _);

    /// <summary>Whether any connected worker that is not in <paramref name="except"/> could do the job at all.</summary>
    public bool AnyCapable(SegmentWork work, IReadOnlySet<WorkerId> except) => workers.Connected.Any(worker => IsEligible(worker, work, except));

    /// <summary>Takes a slot of the best worker that has one; null when none has.</summary>
    public ConnectedWorker? TryTake(SegmentWork work, IReadOnlySet<WorkerId> except)
    {
        lock (_choosing)
        {
            foreach (var worker in Ranked(work, except))
            {
                if (worker.TryTakeSlot())
                {
                    _affinity[work.SessionId] = worker.Identity.Id;
                    return worker;
                }
            }

            return null;
        }
    }

    private IEnumerable<ConnectedWorker> Ranked(SegmentWork work, IReadOnlySet<WorkerId> except)
    {
        var sessions = _affinity.Values.GroupBy(id => id).ToDictionary(group => group.Key, group => group.Count());
        var own = WorkerOf(work.SessionId);
        return workers.Connected
            .Where(worker => worker.HasFreeSlot && IsEligible(worker, work, except))
            .OrderByDescending(worker => worker.Identity.Id == own)
            .ThenBy(worker => Load(worker, sessions.GetValueOrDefault(worker.Identity.Id)))
            .ThenBy(worker => worker.Identity.Id.Value);
    }

    /// <summary>Sessions and segments for each slot: the lower, the more room.</summary>
    private static double Load(ConnectedWorker worker, int sessions) => (double)(sessions + worker.InFlight) / worker.Capacity;

    private static bool IsEligible(ConnectedWorker worker, SegmentWork work, IReadOnlySet<WorkerId> except) =>
        worker.Capacity > 0 && !except.Contains(worker.Identity.Id) && WorkNeeds.OfWorker(work.Needs).IsSubsetOf(worker.Identity.Capabilities);
}
