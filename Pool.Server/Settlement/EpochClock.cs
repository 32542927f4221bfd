namespace Pool.Server.Settlement;

/// <summary>The epoch that is now. Without a chain it is the UTC day, counted from 1970-01-01.</summary>
internal sealed class EpochClock(TimeProvider time)
{
    /// <summary>The epoch of a record that is written now.</summary>
    public long Current => (long)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalDays;
}
