using System.Collections.Concurrent;
using Pool.Server.Segments;
using Pool.Server.Workers;
using Pool.Shared.Ids;

namespace Pool.Server.Dispatch;

/// <summary>Assignments that are live, and for a while those that have ended, so that a late or second outcome gets a true answer.</summary>
internal sealed class AssignmentBook(Spool spool, TimeProvider time)
{
    /// <summary>How long an ended assignment is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<AssignmentId, LiveAssignment> _assignments = new();
    private readonly ConcurrentQueue<(DateTimeOffset ForgetAt, AssignmentId Id)> _ended = new();

    public LiveAssignment Open(SegmentWork work, ConnectedWorker worker, SegmentRace race)
    {
        ForgetOld();
        var assignment = new LiveAssignment(work, worker, race, time.GetUtcNow());
        _assignments[assignment.Id] = assignment;
        return assignment;
    }

    public LiveAssignment? Find(AssignmentId id) => _assignments.GetValueOrDefault(id);

    /// <summary>The assignment has ended: it is forgotten after <see cref="Memory"/>, its renditions at once unless they are the segment's.</summary>
    public void Close(LiveAssignment assignment)
    {
        if (!assignment.IsGood)
        {
            Discard(assignment.Received().Renditions);
            assignment.Signatures().ToList().ForEach(spool.Delete);
        }

        _ended.Enqueue((time.GetUtcNow() + Memory, assignment.Id));
    }

    /// <summary>Renditions that nobody will be told of.</summary>
    public void Discard(IReadOnlyList<Rendition> renditions)
    {
        foreach (var rendition in renditions)
        {
            spool.Delete(rendition.File);
            if (rendition.Signature is { } signature)
            {
                spool.Delete(signature);
            }
        }
    }

    private void ForgetOld()
    {
        var now = time.GetUtcNow();
        while (_ended.TryPeek(out var oldest) && oldest.ForgetAt <= now && _ended.TryDequeue(out oldest))
        {
            if (_assignments.TryRemove(oldest.Id, out var assignment))
            {
                assignment.Dispose();
            }
        }
    }
}
