namespace Pool.EndToEnd.Tests.Chaos;

/// <summary>
/// Whether there is an orchestrator. A gateway without one has nobody to send to and waits, so what is lost at a kill is what was in flight then, and
/// nothing else.
/// </summary>
internal sealed class ServerGate
{
    private readonly Lock _lock = new();
    private readonly List<long> _kills = [];
    private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServerGate() => _open.SetResult();

    /// <summary>Completes when there is one.</summary>
    public Task Open
    {
        get
        {
            lock (_lock)
            {
                return _open.Task;
            }
        }
    }

    /// <summary>It is about to be killed.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _kills.Add(TimeProvider.System.GetTimestamp());
        }
    }

    /// <summary>It is back.</summary>
    public void Reopen()
    {
        lock (_lock)
        {
            _open.SetResult();
        }
    }

    /// <summary>Whether a segment was in flight at a kill.</summary>
    public bool WasInFlight(SentSegment segment)
    {
        lock (_lock)
        {
            return _kills.Exists(kill => segment.From <= kill && kill <= segment.To);
        }
    }
}
