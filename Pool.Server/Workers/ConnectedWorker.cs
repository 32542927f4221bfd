using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Shared.Livepeer;

namespace Pool.Server.Workers;

/// <summary>Who a connection turned out to be when it joined.</summary>
public sealed record JoinedWorker(
    WorkerId Id, Address NodeKey, Address Payee, string Device, string Software, CapabilitySet Capabilities);

/// <summary>
/// A worker that is connected now. Its slots are counted here, on the pool's side, atomically: what a worker says of its load is
/// never asked.
/// </summary>
/// <param name="identity">Who it is.</param>
/// <param name="connectionId">The hub's id of this connection.</param>
/// <param name="client">Where messages to this worker go.</param>
/// <param name="wish">Segments at once that it is willing to take; 0 while it drains.</param>
/// <param name="record">What the pool has measured of it, over all its connections.</param>
public sealed class ConnectedWorker(JoinedWorker identity, string connectionId, IWorkerClient client, int wish, WorkerRecord record) : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _gate = new();
    private int _wish = wish;
    private int _inFlight;
    private int _unanswered;
    private int _late;

    public JoinedWorker Identity { get; } = identity;

    public string ConnectionId { get; } = connectionId;

    /// <summary>Where messages to this worker go.</summary>
    public IWorkerClient Client { get; } = client;

    /// <summary>What the pool has measured of this worker.</summary>
    public WorkerRecord Record { get; } = record;

    /// <summary>Cancelled when the connection is lost or replaced.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>Segments at once that the pool sends: what the worker was measured to sustain, capped by its wish; 0 while it drains.</summary>
    public int Capacity => Math.Min(Volatile.Read(ref _wish), Record.SustainedCapacity);

    /// <summary>Segments that the worker holds now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Segments that the worker holds and that are late.</summary>
    public int Late => Volatile.Read(ref _late);

    public bool HasFreeSlot => InFlight < Capacity && !_gone.IsCancellationRequested;

    /// <summary>Speed as the pool measured it, without the time the segment was under way; null before the first result.</summary>
    public double? MegapixelsPerSecond => Record.Figures.MegapixelsPerSecond;

    /// <summary>Takes a slot; null when there is none.</summary>
    public WorkerSlot? TryTakeSlot()
    {
        lock (_gate)
        {
            return _inFlight < Capacity && !_gone.IsCancellationRequested ? new WorkerSlot(this, ++_inFlight) : null;
        }
    }

    /// <summary>Takes over a place from an earlier connection, whatever the capacity is now: the worker is in it already.</summary>
    public WorkerSlot TakeOverSlot()
    {
        lock (_gate)
        {
            return new WorkerSlot(this, ++_inFlight);
        }
    }

    /// <summary>The worker has been heard of: an answer to a probe, or bytes on their way.</summary>
    public void MarkAlive() => Volatile.Write(ref _unanswered, 0);

    /// <summary>Counts one more probe; false when as many as <see cref="WorkerLink.MaxUnansweredProbes"/> have gone unanswered.</summary>
    internal bool TryProbe() => Interlocked.Increment(ref _unanswered) <= WorkerLink.MaxUnansweredProbes;

    internal void CountLate()
    {
        lock (_gate)
        {
            _late++;
        }
    }

    internal void GiveBack(bool wasLate)
    {
        lock (_gate)
        {
            _inFlight--;
            _late -= wasLate ? 1 : 0;
        }
    }

    internal void SetWish(int wish) => Volatile.Write(ref _wish, wish);

    internal void MarkGone() => _gone.Cancel();

    public void Dispose() => _gone.Dispose();
}
