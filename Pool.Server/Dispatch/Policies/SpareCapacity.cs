using Pool.Server.Workers;

namespace Pool.Server.Dispatch.Policies;

/// <summary>Whether a worker has capacity to spare for a hedge. A hedge that slows other streams down is worse than none.</summary>
internal static class SpareCapacity
{
    /// <summary>A worker with work in hand whose segments take longer than they play has no time to spare, whatever its free slots say.</summary>
    public const double SaturatedRatio = 1.0;

    /// <param name="worker">What was measured of it.</param>
    /// <param name="inFlight">Segments it holds.</param>
    /// <param name="capacity">Segments it can hold.</param>
    /// <param name="othersWait">Whether any segment waits for a slot: then nobody's last one is taken.</param>
    public static bool MayHedge(WorkerFigures worker, int inFlight, int capacity, bool othersWait)
    {
        var free = capacity - inFlight;
        var isSaturated = inFlight > 0 && worker.RealTimeRatio > SaturatedRatio;
        return !isSaturated && free > (othersWait ? 1 : 0);
    }
}
