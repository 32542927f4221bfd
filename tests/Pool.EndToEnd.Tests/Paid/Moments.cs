namespace Pool.EndToEnd.Tests.Paid;

/// <summary>What happens, for whoever waits for it.</summary>
internal sealed class Moments
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Moment, TaskCompletionSource> _next = [];

    /// <summary>Completes when it happens the next time.</summary>
    public Task NextAsync(Moment moment)
    {
        lock (_lock)
        {
            if (!_next.TryGetValue(moment, out var next))
            {
                _next[moment] = next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return next.Task;
        }
    }

    /// <summary>It happens now.</summary>
    public void Tell(Moment moment)
    {
        lock (_lock)
        {
            if (_next.Remove(moment, out var next))
            {
                next.SetResult();
            }
        }
    }
}
