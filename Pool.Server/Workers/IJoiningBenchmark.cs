namespace Pool.Server.Workers;

/// <summary>What the pool finds out of workers that join, for the hub.</summary>
public interface IJoiningBenchmark
{
    /// <summary>
    /// A worker has joined, and can be given no segment before this returns. One of whose speed nothing is known does the pool's own clip: at once, or when its turn
    /// comes. Returns at once.
    /// </summary>
    void Offer(ConnectedWorker worker);
}
