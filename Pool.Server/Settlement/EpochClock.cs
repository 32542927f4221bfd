namespace Pool.Server.Settlement;

/// <summary>Says which epoch it is; registered by whoever knows the rounds of the protocol.</summary>
public interface IEpochSource
{
    /// <summary>The last initialized round.</summary>
    long Current { get; }
}

/// <summary>The epoch that is now: the round of the protocol (payouts §0b, 4), or without a chain the UTC day, counted from 1970-01-01.</summary>
internal sealed class EpochClock(TimeProvider time, IEpochSource? rounds = null)
{
    /// <summary>The epoch of a record that is written now.</summary>
    public long Current => rounds?.Current ?? (long)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalDays;
}
