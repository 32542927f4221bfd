namespace Pool.Server.Node;

/// <summary>
/// The machine's clock without its jumps. Deadlines, leases, sessions and measured speeds are reckoned by the time of day, and what is in the books shall never be older than what was there before: when
/// somebody puts the clock forward or back, this one goes on by the processor's count and comes after it slowly, as time servers do with a leap second. Any thread may ask.
/// </summary>
/// <param name="machine">The clock that jumps, with a count that does not.</param>
internal sealed class SteadyTime(TimeProvider machine) : TimeProvider
{
    /// <summary>How much faster or slower than the count it goes to catch up: no deadline is wrong by more.</summary>
    public const double MostSlew = 0.05;

    /// <summary>Between two notes of where it is: often enough that the count's own error is nothing, seldom enough that a slew is more than one tick.</summary>
    private static readonly TimeSpan s_note = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private long _count = machine.GetTimestamp();
    private DateTimeOffset _time = machine.GetUtcNow();

    /// <summary>How far the machine's clock is ahead of this one; below zero when it is behind.</summary>
    public TimeSpan Behind => machine.GetUtcNow() - GetUtcNow();

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            var count = machine.GetTimestamp();
            var gone = machine.GetElapsedTime(_count, count);
            var steady = _time + gone;
            var most = gone * MostSlew;
            var now = steady + TimeSpan.FromTicks(Math.Clamp((machine.GetUtcNow() - steady).Ticks, -most.Ticks, most.Ticks));
            if (gone >= s_note)
            {
                (_count, _time) = (count, now);
            }

            return now;
        }
    }

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);
}
