namespace Pool.Server.Workers;

/// <summary>One place at a worker, held from the moment it was taken until it is disposed of. Disposing of it again changes nothing.</summary>
public sealed class WorkerSlot : IDisposable
{
    private int _givenBack;
    private int _late;

    internal WorkerSlot(ConnectedWorker worker, int inFlight) => (Worker, InFlight) = (worker, inFlight);

    public ConnectedWorker Worker { get; }

    /// <summary>Segments that the worker held when this place was taken, this one included.</summary>
    public int InFlight { get; }

    /// <summary>Whether what the worker does in this place is late.</summary>
    public bool IsLate => Volatile.Read(ref _late) != 0;

    /// <summary>What the worker does in this place is late. By the holder of the place, before it gives it back.</summary>
    public void MarkLate()
    {
        if (Interlocked.Exchange(ref _late, 1) == 0)
        {
            Worker.CountLate();
        }
    }

    /// <summary>Gives the place back, once.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _givenBack, 1) == 0)
        {
            Worker.GiveBack(wasLate: IsLate);
        }
    }
}
