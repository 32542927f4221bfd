using Pool.Shared.Contracts;

namespace Pool.Worker.Connection;

/// <summary>
/// The pool's signs of life on one connection. While the worker has segments in hand the pool asks for one of its own every
/// <see cref="WorkerLink.ProbePeriod"/>, so silence then means that the connection is dead, however open its socket looks. It counts periods, not time: a
/// worker that was itself asleep blames nobody. Safe to call from any thread.
/// </summary>
internal sealed class PoolPulse
{
    private int _silent;

    /// <summary>The pool has said something.</summary>
    public void Hear() => Volatile.Write(ref _silent, 0);

    /// <summary>One more <see cref="WorkerLink.ProbePeriod"/> is over.</summary>
    /// <param name="hasWork">Whether the worker has segments in hand; a pool whose worker is idle may be silent.</param>
    /// <returns>False when more than <see cref="WorkerLink.MaxUnansweredProbes"/> periods in a row passed in silence.</returns>
    public bool Beat(bool hasWork)
    {
        if (!hasWork)
        {
            Hear();
            return true;
        }

        return Interlocked.Increment(ref _silent) <= WorkerLink.MaxUnansweredProbes;
    }
}
