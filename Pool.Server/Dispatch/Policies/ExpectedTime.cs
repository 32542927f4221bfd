using Pool.Server.Workers;

namespace Pool.Server.Dispatch.Policies;

/// <summary>How long a worker will take from the assignment to its outcome: the segment's way to it, and the work at its measured speed.</summary>
internal static class ExpectedTime
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    /// <summary>Null while the worker's speed has not been measured.</summary>
    public static TimeSpan? Of(JobSize job, WorkerFigures worker)
    {
        if (worker.SecondsPerPixel is not { } secondsPerPixel)
        {
            return null;
        }

        var seconds = (job.Bytes * (worker.SecondsPerByte ?? 0)) + (job.Pixels * secondsPerPixel);
        return seconds < s_longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : s_longest;
    }
}
