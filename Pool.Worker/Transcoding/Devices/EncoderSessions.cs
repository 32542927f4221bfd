namespace Pool.Worker.Transcoding.Devices;

/// <summary>
/// A device's encoders, given to segments in the order in which they ask, each all that it needs at once: nobody waits for one more
/// while holding others.
/// </summary>
/// <param name="count">How many there are.</param>
internal sealed class EncoderSessions(int count)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Claim> _waiting = [];
    private int _free = count;

    /// <summary>How many there are.</summary>
    internal int Count { get; } = count;

    /// <summary>Gets into the line for so many encoders; they are given back, or the line is left, when the claim is disposed of.</summary>
    internal Claim Ask(int wanted)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wanted, Count);
        var claim = new Claim(this, wanted);
        lock (_lock)
        {
            _waiting.AddLast(claim);
            Grant();
        }

        return claim;
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

    private void Leave(Claim claim)
    {
        lock (_lock)
        {
            if (!_waiting.Remove(claim))
            {
                _free += claim.Wanted;
            }

            Grant();
        }
    }

    /// <summary>Encoders that somebody has, or waits for.</summary>
    internal sealed class Claim(EncoderSessions sessions, int wanted) : IDisposable
    {
        private bool _isGivenBack;

        internal int Wanted { get; } = wanted;

        internal bool IsGranted => Granted.Task.IsCompleted;

        internal TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Waits until it is granted.</summary>
        /// <exception cref="OperationCanceledException">Nobody wants it any more.</exception>
        internal void Wait(CancellationToken cancellationToken) => Granted.Task.Wait(cancellationToken);

        public void Dispose()
        {
            if (!_isGivenBack)
            {
                _isGivenBack = true;
                sessions.Leave(this);
            }
        }
    }
}
