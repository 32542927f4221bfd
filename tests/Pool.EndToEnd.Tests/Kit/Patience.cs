namespace Pool.EndToEnd.Tests.Kit;

/// <summary>How long a test waits for something before it says what did not come. Never part of what is tested.</summary>
internal static class Patience
{
    /// <summary>Longest wait for anything that must happen.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Between two looks at what has no event to wait for: other programs' files and answers.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits for something that is under way.</summary>
    /// <exception cref="TimeoutException">It did not come.</exception>
    public static async Task<T> ForAsync<T>(string what, Task<T> coming)
    {
        await ForAsync(what, (Task)coming);
        return await coming;
    }

    /// <summary>Waits for something that is under way.</summary>
    /// <exception cref="TimeoutException">It did not come.</exception>
    public static async Task ForAsync(string what, Task coming)
    {
        try
        {
            await coming.WaitAsync(Limit);
        }
        catch (TimeoutException) when (!coming.IsCompleted)
        {
            throw NotCome(what);
        }
    }

    /// <summary>Does something that can be called off, and calls it off when it takes too long.</summary>
    /// <exception cref="TimeoutException">It was not through in time.</exception>
    public static async Task<T> ForAsync<T>(string what, Func<CancellationToken, Task<T>> doing)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            return await ForAsync(what, doing(limit.Token));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw NotCome(what);
        }
    }

    /// <summary>Looks until it is so.</summary>
    /// <exception cref="TimeoutException">It has not become so.</exception>
    public static Task UntilAsync(string what, Func<Task<bool>> isSo) => UntilAsync(what, Limit, isSo);

    /// <summary>Waits for something that may take longer by the pool's own times.</summary>
    /// <exception cref="TimeoutException">It was never so.</exception>
    public static async Task UntilAsync(string what, TimeSpan limit, Func<Task<bool>> isSo)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(since) > limit)
            {
                throw NotCome(what, limit);
            }

            await Task.Delay(s_pause, TimeProvider.System);
        }
    }

    /// <summary>The failure of a wait.</summary>
    public static TimeoutException NotCome(string what) => NotCome(what, Limit);

    private static TimeoutException NotCome(string what, TimeSpan limit) => new($"Within {limit.TotalSeconds:0} s there was not: {what}.");
}
