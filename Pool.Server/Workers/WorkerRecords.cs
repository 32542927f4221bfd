using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pool.Shared.Ids;

namespace Pool.Server.Workers;

/// <summary>The records of all workers: a worker that reconnects finds its own again, so that nobody gets rid of a slow past by dialling anew.</summary>
internal sealed class WorkerRecords(WorkerRegistry registry, IOptions<WorkersOptions> options)
{
    /// <summary>Records kept; beyond that those of workers that are not connected are forgotten.</summary>
    private const int MaxRecords = 100_000;

    private readonly ConcurrentDictionary<WorkerId, WorkerRecord> _records = new();

    public WorkerRecord Of(WorkerId worker)
    {
        if (_records.Count >= MaxRecords)
        {
            foreach (var id in _records.Keys.Where(id => registry.Find(id) is null))
            {
                _records.TryRemove(id, out _);
            }
        }

        return _records.GetOrAdd(worker, _ => new WorkerRecord(options.Value.StartCapacity, options.Value.MaxCapacityPerWorker));
    }
}
