using Pool.Shared.Ids;

namespace Pool.Server.Dispatch;

/// <summary>
/// The attempts at one segment that are under way. One whose worker is lost or does not fetch may still come to something and so stays among them, but it
/// takes nobody's place: however many hang, another worker can be set beside them.
/// </summary>
internal sealed class RunningAttempts : IDisposable
{
    /// <summary>Workers that work on the segment at the same time, as far as anybody can tell.</summary>
    private const int MaxWorking = 2;

    private readonly List<Attempt> _running = [];
    private readonly HashSet<Attempt> _known = [];

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _running.Count == 0;

    /// <summary>Whether nobody can be seen to work on the segment, though there are attempts.</summary>
    public bool AllHang => _running.Count > 0 && _running.TrueForAll(attempt => attempt.IsStalled);

    /// <summary>Whether there is room for one more beside them.</summary>
    public bool HaveRoom => _running.Count(attempt => !attempt.IsStalled) < MaxWorking;

    /// <summary>The one that began first of those that do not hang; the first of all when all do.</summary>
    public Attempt First => _running.Find(attempt => !attempt.IsStalled) ?? _running[0];

    /// <summary>Those whose workers have the segment.</summary>
    public IEnumerable<WorkerId> Workers => _running.Select(attempt => attempt.Worker.Identity.Id);

    /// <summary>All of them, oldest first.</summary>
    public IReadOnlyList<Attempt> All => _running;

    /// <summary>One that has ended, a good one before any other; null while none has.</summary>
    public Attempt? Ended => _running.Find(attempt => attempt.Assignment.IsGood) ?? _running.Find(attempt => attempt.Assignment.IsOver);

    public void Add(Attempt attempt) => _running.Add(attempt);

    public void Remove(Attempt attempt)
    {
        _running.Remove(attempt);
        _known.Remove(attempt);
    }

    /// <summary>The time for a hedge has come.</summary>
    public void MarkLate() => _running.ForEach(attempt => attempt.MarkLate());

    /// <summary>Whoever hangs now has been seen to: that is no news any more, until it goes on and hangs again.</summary>
    public void MarkSeen() => _known.UnionWith(_running.Where(attempt => attempt.IsStalled));

    /// <summary>What ends an attempt.</summary>
    public IEnumerable<Task> Ends() => _running.Select(attempt => (Task)attempt.Assignment.End);

    /// <summary>What tells that one hangs that did not when it was last seen to.</summary>
    public IEnumerable<Task> Stalls()
    {
        _known.RemoveWhere(attempt => !attempt.IsStalled);
        foreach (var attempt in _running.Where(attempt => !_known.Contains(attempt)))
        {
            yield return attempt.Orphaned;
            if (attempt.IsStalled || !attempt.Unfetched.IsCompleted)
            {
                yield return attempt.Unfetched;
            }
        }
    }

    public void Dispose() => _running.ForEach(attempt => attempt.Dispose());
}
