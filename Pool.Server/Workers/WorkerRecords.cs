using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pool.Shared.Ids;

namespace Pool.Server.Workers;

/// <summary>
/// The records of all workers: a worker that reconnects finds its own again, also after a restart of the pool, so that nobody gets rid of a slow past
/// by dialling anew.
/// </summary>
internal sealed class WorkerRecords(WorkerRegistry registry, IOptions<WorkersOptions> options, TimeProvider time)
{
    /// <summary>Records kept; beyond that those of workers that are not connected are forgotten.</summary>
    private const int MaxRecords = 100_000;

    private readonly ConcurrentDictionary<WorkerId, WorkerRecord> _records = new();

    /// <summary>The worker's record.</summary>
    /// <param name="worker">Whose.</param>
    /// <param name="kept">What was kept of it; counts only when nothing has been measured since the start.</param>
    public WorkerRecord Of(WorkerId worker, WorkerMeasurement? kept)
    {
        if (_records.Count >= MaxRecords)
        {
            foreach (var id in _records.Keys.Where(id => registry.Find(id) is null))
            {
                _records.TryRemove(id, out _);
            }
        }

        return _records.GetOrAdd(worker, _ => new WorkerRecord(
            options.Value.StartCapacity, options.Value.MaxCapacityPerWorker, kept?.Believed(options.Value.MaxCapacityPerWorker, time.GetUtcNow())));
    }

    /// <summary>The records that have changed so much since they were last kept that a restart would tell the difference.</summary>
    public IReadOnlyList<(WorkerRecord Record, WorkerMeasurement Now)> Changed()
    {
        var now = time.GetUtcNow();
        return [.. _records
            .Where(entry => entry.Value.IsMeasured)
            .Select(entry => (Record: entry.Value, Now: entry.Value.Measure(entry.Key, now)))
            .Where(entry => entry.Now.IsMateriallyOther(entry.Record.Kept))];
    }
}
