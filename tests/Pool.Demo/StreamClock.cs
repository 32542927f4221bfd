namespace Pool.Demo;

/// <summary>Time since the streams began: what the gateway needs to cut the video before that is no part of the pool's speed.</summary>
public sealed class StreamClock(TimeProvider time)
{
    private long? _began;

    /// <summary>The time since the first read in which there were streams.</summary>
    public TimeSpan Read(IReadOnlyList<StreamLine> streams)
    {
        if (streams.Count == 0)
        {
            return TimeSpan.Zero;
        }

        _began ??= time.GetTimestamp();
        return time.GetElapsedTime(_began.Value);
    }
}
