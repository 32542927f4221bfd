using Pool.Shared.Contracts;

namespace Pool.Worker.Connection;

/// <summary>What happens on the link, for people to see. One call per change of state.</summary>
internal interface IWorkerEvents
{
    /// <summary>The pool took the worker in.</summary>
    /// <param name="workerId">The pool's id of this worker.</param>
    /// <param name="capacity">Segments at once that the pool will send.</param>
    /// <param name="again">Whether it had been in before.</param>
    void Joined(Guid workerId, int capacity, bool again);

    /// <summary>The connection was lost; the worker tries again until it is back.</summary>
    void Lost(string reason, TimeSpan retryIn);

    /// <summary>The worker takes no more segments and leaves when it is through with those it holds.</summary>
    void Draining(int held);

    /// <summary>The pool withdrew a segment.</summary>
    void Withdrawn(Guid assignmentId, string reason);

    /// <summary>A segment went down with a line that fell silent; the pool gives it out again.</summary>
    void Dropped(Guid assignmentId);

    /// <summary>The worker is through with a segment.</summary>
    void Ended(SegmentReport report);

    /// <summary>The pool has booked a segment, and its signed receipt is kept.</summary>
    void Booked(Receipt receipt);

    /// <summary>Something is wrong with what the pool says it has booked.</summary>
    /// <param name="warning">A sentence for the owner.</param>
    void ReceiptRefused(string warning);
}

/// <summary>A segment the worker is through with.</summary>
/// <param name="Assignment">What was asked.</param>
/// <param name="Outcome">What the worker said of it.</param>
/// <param name="Verdict">What the pool said of that; null when it could not be told.</param>
/// <param name="Elapsed">From the assignment to the end of the work.</param>
internal sealed record SegmentReport(Assignment Assignment, AssignmentOutcome Outcome, OutcomeVerdict? Verdict, TimeSpan Elapsed);
