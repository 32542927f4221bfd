namespace Pool.Worker.Transcoding.Pipeline;

/// <summary>
/// The processor's threads, shared out to encoders in the order in which they asked. An encoder that must wait keeps its frames; so at any
/// moment about as many encoder threads run as there are processors, each at full speed, with the memory of few encoders.
/// </summary>
internal sealed class EncoderSlots(int threads)
{
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
            next.Grant();
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

    private void TakeNow(Place place)
    {
        lock (_lock)
        {
            if (_waiting.Remove(place))
            {
                _free -= place.Threads;   // below zero: the next ones wait a little longer
                place.Grant();
            }
        }
    }

    /// <summary>A place among the encoders. Given back by <see cref="Dispose"/>.</summary>
    internal sealed class Place(EncoderSlots slots, int threads) : IDisposable
    {
        private readonly ManualResetEventSlim _granted = new();
        private bool _isGivenBack;

        internal int Threads { get; } = threads;

        internal bool IsGranted => _granted.IsSet;

        /// <summary>Waits for the place, at most <paramref name="longest"/>; then takes it, granted or not: no one waits for ever behind a giant.</summary>
        internal void Take(TimeSpan longest)
        {
            if (!_granted.Wait(longest))
            {
                slots.TakeNow(this);
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

        internal void Grant() => _granted.Set();
    }
}
