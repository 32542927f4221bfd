using Pool.Shared.Contracts;

namespace Pool.Worker.Connection;

/// <summary>
/// Time between attempts to reach the pool again: twice as long each time up to a limit, and each time a random part of it is left
/// out, so that the workers of a pool that was restarted do not come back in one moment.
/// </summary>
internal sealed class Backoff
{
    /// <summary>Default of the first wait.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>Default of the longest wait.</summary>
    public static readonly TimeSpan Longest = WorkerLink.LongestRedial;

    /// <summary>At least this share of a wait is waited.</summary>
    private const double LeastShare = 0.5;

    private readonly TimeSpan _first;
    private readonly TimeSpan _longest;
    private readonly Random _random;
    private TimeSpan _next;

    /// <param name="first">The first wait, before its random part is taken off.</param>
    /// <param name="longest">No wait is longer.</param>
    /// <param name="random">Where the random part comes from.</param>
    public Backoff(TimeSpan first, TimeSpan longest, Random random) => (_first, _longest, _random, _next) = (first, longest, random, first);

    /// <summary>The same with the default times.</summary>
    public Backoff(Random random)
        : this(First, Longest, random)
    {
    }

    /// <summary>How long to wait now; the next wait is longer.</summary>
    public TimeSpan Next()
    {
        var full = _next < _longest ? _next : _longest;
        _next = full * 2;
        return full * (LeastShare + ((1 - LeastShare) * _random.NextDouble()));
    }

    /// <summary>All is well again: the next wait is the first.</summary>
    public void Reset() => _next = _first;
}
