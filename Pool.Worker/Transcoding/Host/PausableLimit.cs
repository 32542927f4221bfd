namespace Pool.Worker.Transcoding.Host;

/// <summary>A time limit that does not run while somebody else is waited for.</summary>
/// <param name="limit">Is cancelled when the time is up; it was started with <paramref name="total"/> just now.</param>
/// <param name="total">The time that may be used.</param>
/// <param name="time">The clock of <paramref name="limit"/>.</param>
internal sealed class PausableLimit(CancellationTokenSource limit, TimeSpan total, TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();
    private TimeSpan _outside;

    /// <summary>Waits for work that is not the host's.</summary>
    public async ValueTask OutsideAsync(ValueTask work)
    {
        if (work.IsCompletedSuccessfully)
        {
            await work;
            return;
        }

        limit.CancelAfter(Timeout.InfiniteTimeSpan);
        var since = time.GetTimestamp();
        try
        {
            await work;
        }
        finally
        {
            _outside += time.GetElapsedTime(since);
            var left = total + _outside - time.GetElapsedTime(_startedAt);
            limit.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }
}
