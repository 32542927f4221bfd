namespace Pool.Worker.Connection;

/// <summary>How long to wait before the next try to reach the pool: longer each time, and random, so that a restarted pool is not stormed.</summary>
internal sealed class Backoff(Random random)
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private TimeSpan _next = First;

    /// <summary>Between half of and all of the present step.</summary>
    public TimeSpan Next()
    {
        var step = _next;
        _next = step * 2 < Longest ? step * 2 : Longest;
        return step * (0.5 + (random.NextDouble() / 2));
    }

    public void Reset() => _next = First;
}
