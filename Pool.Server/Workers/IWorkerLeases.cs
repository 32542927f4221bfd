namespace Pool.Server.Workers;

/// <summary>The segments in workers' hands, for the hub: a worker that comes back goes on with those it still holds.</summary>
public interface IWorkerLeases
{
    /// <summary>
    /// A worker has joined, perhaps not for the first time. What it holds and may go on with counts as this connection's; what it had
    /// and does not name is lost at once; what it names and is over it is told to stop.
    /// </summary>
    /// <param name="worker">The new connection, which gets no new work yet.</param>
    /// <param name="held">What the worker says it still works on.</param>
    void Resume(ConnectedWorker worker, IReadOnlyList<Guid> held);
}
