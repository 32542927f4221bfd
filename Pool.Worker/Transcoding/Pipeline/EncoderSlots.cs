namespace Pool.Worker.Transcoding.Pipeline;

/// <summary>
/// The processor's threads, shared out to encoders in the order in which they asked. An encoder that must wait keeps its frames; so at any
/// moment about as many encoder threads run as there are processors, each at full speed, with the memory of few encoders. Nobody waits
/// behind a giant: an encoder that has run for <see cref="LongestTurn"/> goes on beside the next ones, as the kernel shares it out.
/// </summary>
/// <param name="threads">Threads that run at once.</param>
/// <param name="time">The clock of turns.</param>
internal sealed class EncoderSlots(int threads, TimeProvider time)
{
    /// <summary>Far above what a segment of 2 s takes where it can be made in real time.</summary>
    internal static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(4);

    private readonly Lock _lock = new();
    private readonly LinkedList<Place> _waiting = [];
    private int _free = threads;

    /// <summary>How many threads there are to share out.</summary>
    internal int Threads { get; } = threads;

    /// <summary>Asks for a place. It is granted when everybody who asked before has theirs and enough threads are free.</summary>
    /// <param name="wanted">Threads of the encoder; more than there are counts as all.</param>
    internal Place Ask(int wanted)
    {
        var place = new Place(this, Math.Clamp(wanted, 1, Threads));
        lock (_lock)
        {
            _waiting.AddLast(place);
            Grant();
        }

        return place;
    }

    private void Grant()
    {
        while (_waiting.First is { Value: var next } && next.Threads <= _free)
        {
            _waiting.RemoveFirst();
            _free -= next.Threads;
            next.Grant(time.GetTimestamp());
        }
    }

    private void Leave(Place place, bool wasTaken)
    {
        lock (_lock)
        {
            if (!_waiting.Remove(place) && wasTaken)
            {
                _free += place.Threads;
            }

            Grant();
        }
    }

    private bool HasEnded(long since) => time.GetElapsedTime(since) > LongestTurn;

    private void TakeNow(Place place)
    {
        lock (_lock)
        {
            if (_waiting.Remove(place))
            {
                _free -= place.Threads;   // below zero: the next ones wait a little longer
                place.Grant(time.GetTimestamp());
            }
        }
    }

    /// <summary>A place among the encoders. Given back by <see cref="Dispose"/>.</summary>
    internal sealed class Place(EncoderSlots slots, int threads) : IDisposable
    {
        private readonly ManualResetEventSlim _granted = new();
        private long _since;
        private bool _isGivenBack;

        internal int Threads { get; } = threads;

        internal bool IsGranted => _granted.IsSet;

        /// <summary>Waits for the place, at most <paramref name="longest"/>; then takes it, granted or not.</summary>
        /// <exception cref="OperationCanceledException">Nobody wants it any more.</exception>
        internal void Take(TimeSpan longest, CancellationToken cancellationToken)
        {
            if (!_granted.Wait(longest, cancellationToken))
            {
                slots.TakeNow(this);
            }
        }

        /// <summary>Gives the place back when its turn is over; the encoder goes on without.</summary>
        internal void YieldAfterTurn()
        {
            if (!_isGivenBack && slots.HasEnded(_since))
            {
                Dispose();
            }
        }

        public void Dispose()
        {
            if (!_isGivenBack)
            {
                _isGivenBack = true;
                slots.Leave(this, IsGranted);
                _granted.Dispose();
            }
        }

        internal void Grant(long now)
        {
            _since = now;
            _granted.Set();
        }
    }
}
