using Pool.Server.Dispatch.Policies;
using Pool.Server.Workers;
using Pool.Shared.Ids;
using Pool.Shared.Livepeer;

namespace Pool.Server.Dispatch;

/// <summary>
/// Which worker gets a segment: among those that can do it, are not barred and do not rest, the one that has the session if it keeps
/// up, else the one that would be through first. The rules themselves are in <c>Policies</c>.
/// </summary>
internal sealed class WorkerChoice(WorkerRegistry workers, TimeProvider time)
{
    /// <summary>One choice at a time: two new sessions that choose in the same moment must see each other.</summary>
    private readonly Lock _choosing = new();
    private readonly Dictionary<string, WorkerId> _affinity = new(StringComparer.Ordinal);
    private readonly Dictionary<WorkerId, int> _sessions = [];

    private sealed record Job(CapabilitySet Needs, JobSize Size, TimeSpan Duration, IReadOnlySet<WorkerId> Barred)
    {
        public static Job Of(SegmentWork work, IReadOnlySet<WorkerId> barred) =>
            new(WorkNeeds.OfWorker(work.Needs), JobSize.Of(work), TimeSpan.FromMilliseconds(work.DurationMilliseconds), barred);

        public TimeSpan? ExpectedOf(ConnectedWorker worker) => ExpectedTime.Of(Size, worker.Record.Figures);
    }

    /// <summary>The worker that has this session now, if any.</summary>
    public WorkerId? WorkerOf(string sessionId)
    {
        lock (_choosing)
        {
            return _affinity.TryGetValue(sessionId, out var worker) ? worker : null;
        }
    }

    /// <summary>Forgets a session that has ended.</summary>
    public void Forget(string sessionId)
    {
        lock (_choosing)
        {
            if (_affinity.Remove(sessionId, out var worker))
            {
                CountDown(worker);
            }
        }
    }

    /// <summary>A worker did what the session's own one did not: it has the session now, unless that has ended.</summary>
    public void Move(string sessionId, WorkerId worker)
    {
        lock (_choosing)
        {
            if (_affinity.ContainsKey(sessionId))
            {
                Bind(sessionId, worker);
            }
        }
    }

    /// <summary>Whether any connected worker that is not in <paramref name="barred"/> could do the job at all.</summary>
    public bool AnyCapable(SegmentWork work, IReadOnlySet<WorkerId> barred)
    {
        var job = Job.Of(work, barred);
        return workers.Enumerate().Any(worker => IsCapable(worker, job));
    }

    /// <summary>Takes a slot of the best worker that has one; null when none has.</summary>
    public WorkerSlot? TryTake(SegmentWork work, IReadOnlySet<WorkerId> barred)
    {
        lock (_choosing)
        {
            var slot = Choose(work.SessionId, Job.Of(work, barred))?.TryTakeSlot();
            if (slot is not null)
            {
                Bind(work.SessionId, slot.Worker.Identity.Id);
            }

            return slot;
        }
    }

    /// <summary>Takes a slot for a hedge: of a worker with capacity to spare that would be through in time. The session stays where it is.</summary>
    /// <param name="work">The segment.</param>
    /// <param name="barred">Workers that have it or had it.</param>
    /// <param name="left">Time in which an answer is of any use.</param>
    /// <param name="othersWait">Whether any segment waits for a slot.</param>
    public WorkerSlot? TryTakeSpare(SegmentWork work, IReadOnlySet<WorkerId> barred, TimeSpan left, bool othersWait)
    {
        lock (_choosing)
        {
            var job = Job.Of(work, barred);
            var spare = Able(job).Where(worker =>
                SpareCapacity.MayHedge(worker.Record.Figures, worker.InFlight, worker.Late, worker.Capacity, othersWait) && !(job.ExpectedOf(worker) > left));
            return Best(spare, job)?.TryTakeSlot();
        }
    }

    private ConnectedWorker? Choose(string sessionId, Job job)
    {
        // Almost every segment ends here: nobody else is looked at, however many there are.
        var own = OwnOf(sessionId, job);
        if (own is not null && SessionAffinity.KeepsUp(job.ExpectedOf(own), job.Duration))
        {
            return own;
        }

        var best = Best(Able(job).Where(worker => worker != own), job);
        return own is null || (best is not null && !SessionAffinity.Stays(job.ExpectedOf(own), job.ExpectedOf(best), job.Duration)) ? best : own;
    }

    /// <summary>The worker that has the session, if it can take the segment now and does not rest.</summary>
    private ConnectedWorker? OwnOf(string sessionId, Job job) =>
        _affinity.TryGetValue(sessionId, out var id) && workers.Find(id) is { HasFreeSlot: true } own && IsCapable(own, job)
            && own.Record.Figures.RestsUntil <= time.GetUtcNow() ? own : null;

    /// <summary>Those that can do the job at all; of these, those that rest only when there is nobody else.</summary>
    private List<ConnectedWorker> Able(Job job)
    {
        var now = time.GetUtcNow();
        var able = workers.Enumerate().Where(worker => IsCapable(worker, job)).ToList();
        return able.Exists(worker => worker.Record.Figures.RestsUntil <= now)
            ? able.FindAll(worker => worker.Record.Figures.RestsUntil <= now)
            : able;
    }

    /// <summary>The one that would be through first, as far as it is known how fast they are.</summary>
    private ConnectedWorker? Best(IEnumerable<ConnectedWorker> able, Job job)
    {
        var now = time.GetUtcNow();
        var free = able.Where(worker => worker.HasFreeSlot)
            .Select(worker => (Worker: worker, Expected: Novelty.IsKnown(worker.Record.Figures, now) ? job.ExpectedOf(worker) : null)).ToList();
        var usual = Novelty.Expected(free.Select(candidate => candidate.Expected).OfType<TimeSpan>());
        return free
            .Select(candidate => (candidate.Worker, Place: PlacementAt(candidate.Worker, candidate.Expected ?? usual)))
            .OrderBy(candidate => candidate.Place).ThenBy(candidate => candidate.Worker.Identity.Id.Value)
            .FirstOrDefault().Worker;
    }

    private Placement PlacementAt(ConnectedWorker worker, TimeSpan expected) =>
        new(_sessions.GetValueOrDefault(worker.Identity.Id), worker.InFlight, Math.Max(worker.Capacity, 1), expected);

    private static bool IsCapable(ConnectedWorker worker, Job job) =>
        worker.Capacity > 0 && !job.Barred.Contains(worker.Identity.Id) && job.Needs.IsSubsetOf(worker.Identity.Capabilities);

    private void Bind(string sessionId, WorkerId worker)
    {
        if (_affinity.TryGetValue(sessionId, out var before))
        {
            CountDown(before);
        }

        _affinity[sessionId] = worker;
        _sessions[worker] = _sessions.GetValueOrDefault(worker) + 1;
    }

    private void CountDown(WorkerId worker)
    {
        var left = _sessions.GetValueOrDefault(worker) - 1;
        if (left > 0)
        {
            _sessions[worker] = left;
        }
        else
        {
            _sessions.Remove(worker);
        }
    }
}
