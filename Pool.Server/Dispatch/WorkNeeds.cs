using Pool.Shared.Livepeer;

namespace Pool.Server.Dispatch;

/// <summary>Parts a job's capabilities into what the orchestrator does itself and what a worker must be able to do (protocol §2.3).</summary>
public static class WorkNeeds
{
    /// <summary>
    /// What this orchestrator does without a worker: results are always served from its own storage, so the three kinds of external
    /// storage need nothing more (§4.5); it checks auth tokens; and a segment that was cut elsewhere needs no cutting here.
    /// </summary>
    public static CapabilitySet OfOrchestrator { get; } = CapabilitySet.Of(
        Capability.StorageDirect, Capability.StorageS3, Capability.StorageGcs, Capability.AuthToken);

    /// <summary>The part of a job that its worker must be able to do.</summary>
    public static CapabilitySet OfWorker(CapabilitySet job) =>
        CapabilitySet.FromNumbers([.. job.ToNumbers().Where(number => !OfOrchestrator.Contains(number))]);
}
