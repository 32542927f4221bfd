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
public sealed class ConnectedWorker(JoinedWorker identity, string connectionId, IWorkerClient client, int capacity) : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _gate = new();
    private int _capacity = capacity;
    private int _inFlight;
    private double _megapixelsPerSecond;

    /// <summary>Weight of the newest segment in the worker's measured speed.</summary>
    private const double SpeedSmoothing = 0.2;

    public JoinedWorker Identity { get; } = identity;

    public string ConnectionId { get; } = connectionId;

    /// <summary>Where messages to this worker go.</summary>
    public IWorkerClient Client { get; } = client;

    /// <summary>Cancelled when the connection is lost or replaced.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>Segments at once that the pool sends; 0 while the worker drains.</summary>
    public int Capacity => Volatile.Read(ref _capacity);

    /// <summary>Segments that the worker holds now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public bool HasFreeSlot => InFlight < Capacity;

    /// <summary>Speed as the pool measured it, from assignment to outcome; null before the first result.</summary>
    public double? MegapixelsPerSecond => Volatile.Read(ref _megapixelsPerSecond) is > 0 and var speed ? speed : null;

    /// <summary>Takes a slot; false when there is none.</summary>
    public bool TryTakeSlot()
    {
        lock (_gate)
        {
            if (_inFlight >= _capacity || _gone.IsCancellationRequested)
            {
                return false;
            }

            _inFlight++;
            return true;
        }
    }

    public void GiveSlotBack()
    {
        lock (_gate)
        {
            _inFlight = _inFlight > 0 ? _inFlight - 1 : throw new InvalidOperationException("A slot was given back twice.");
        }
    }

    /// <summary>What the pool saw of one finished assignment.</summary>
    public void RecordSpeed(long pixels, TimeSpan elapsed)
    {
        if (pixels <= 0 || elapsed <= TimeSpan.Zero)
        {
            return;
        }

        lock (_gate)
        {
            var speed = pixels / 1e6 / elapsed.TotalSeconds;
            _megapixelsPerSecond = _megapixelsPerSecond is 0 ? speed : (_megapixelsPerSecond * (1 - SpeedSmoothing)) + (speed * SpeedSmoothing);
        }
    }

    internal void SetCapacity(int capacity) => Volatile.Write(ref _capacity, capacity);

    internal void MarkGone() => _gone.Cancel();

    public void Dispose() => _gone.Dispose();
}
