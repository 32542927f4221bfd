namespace Pool.Server.Tests.Kit;

/// <summary>Waits for what has no event to wait for: other people's tables and folders.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Looks until it is so.</summary>
    /// <exception cref="TimeoutException">It has not become so within <see cref="Patience.Limit"/>.</exception>
    public static async Task IsSoAsync(string what, Func<Task<bool>> isSo)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(since) > Patience.Limit)
            {
                throw new TimeoutException($"It has not come so far that {what}.");
            }

            await Task.Delay(s_pause, TimeProvider.System);
        }
    }
}
