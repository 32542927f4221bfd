namespace Pool.Worker.Transcoding.Devices;

/// <summary>
/// A device's encoders, given to segments in the order in which they ask, each all that it needs at once: nobody waits for one more
/// while holding others.
/// </summary>
/// <param name="count">How many there are.</param>
internal sealed class EncoderSessions(int count)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiting> _waiting = [];
    private int _free = count;

    /// <summary>How many there are.</summary>
    internal int Count { get; } = count;

    /// <summary>Segments that wait.</summary>
    internal int WaitingNow
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Waits for so many encoders; they are given back when the result is disposed of.</summary>
    /// <exception cref="OperationCanceledException">Nobody wants them any more.</exception>
    internal IDisposable Take(int wanted, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wanted, Count);
        var mine = new Waiting(this, wanted);
        lock (_lock)
        {
            _waiting.AddLast(mine);
            Grant();
        }

        try
        {
            mine.Granted.Task.Wait(cancellationToken);
            return mine;
        }
        catch
        {
            mine.Dispose();
            throw;
        }
    }

    private void Grant()
    {
        while (_waiting.First is { Value: var next } && next.Wanted <= _free)
        {
            _waiting.RemoveFirst();
            _free -= next.Wanted;
            next.Granted.SetResult();
        }
    }

    private void GiveBack(Waiting one)
    {
        lock (_lock)
        {
            // Still in the line when nobody wants it any more.
            if (!_waiting.Remove(one))
            {
                _free += one.Wanted;
            }

            Grant();
        }
    }

    private sealed class Waiting(EncoderSessions sessions, int wanted) : IDisposable
    {
        private bool _isGivenBack;

        internal int Wanted { get; } = wanted;

        internal TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose()
        {
            if (!_isGivenBack)
            {
                _isGivenBack = true;
                sessions.GiveBack(this);
            }
        }
    }
}
