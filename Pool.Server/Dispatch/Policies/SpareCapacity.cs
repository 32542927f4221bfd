using Pool.Server.Workers;

namespace Pool.Server.Dispatch.Policies;

/// <summary>Whether a worker has capacity to spare for a hedge. A hedge that slows other streams down is worse than none.</summary>
internal static class SpareCapacity
{
    /// <summary>
    /// A worker with work in hand has time to spare only when it was measured to need less than its segments play; free slots alone say
    /// nothing, least of all those of a worker that nobody has measured yet.
    /// </summary>
    public const double SaturatedRatio = 1.0;

    /// <param name="worker">What was measured of it.</param>
    /// <param name="inFlight">Segments it holds.</param>
    /// <param name="late">Segments among them that are late: what holds them up holds up a hedge too.</param>
    /// <param name="capacity">Segments it can hold.</param>
    /// <param name="othersWait">Whether any segment waits for a slot: then nobody's last one is taken.</param>
    public static bool MayHedge(WorkerFigures worker, int inFlight, int late, int capacity, bool othersWait)
    {
        var free = capacity - inFlight;
        var hasTime = inFlight == 0 || (late == 0 && worker.RealTimeRatio <= SaturatedRatio);
        return hasTime && free > (othersWait ? 1 : 0);
    }
}
