using System.Collections.Concurrent;
using Pool.Shared.Ids;
using Pool.Shared.Livepeer;

namespace Pool.Server.Workers;

/// <summary>The workers that are connected now, and a bell that rings when that or a free slot changes.</summary>
public sealed class WorkerRegistry
{
    private readonly ConcurrentDictionary<WorkerId, ConnectedWorker> _workers = new();
    private TaskCompletionSource _bell = NewBell();

    public IReadOnlyCollection<ConnectedWorker> Connected => [.. _workers.Values];

    /// <summary>The connected workers one by one, without a copy; who joins meanwhile may be among them or not.</summary>
    internal IEnumerable<ConnectedWorker> Enumerate() => _workers.Select(entry => entry.Value);

    /// <summary>Segments at once that all connected workers take together.</summary>
    public int Capacity => _workers.Values.Sum(worker => worker.Capacity);

    /// <summary>For each capability, how many connected workers have it (protocol §2.3, capacities).</summary>
    public IReadOnlyDictionary<int, int> CapabilityCapacities() =>
        _workers.Values
            .SelectMany(worker => worker.Identity.Capabilities.ToNumbers())
            .GroupBy(number => number)
            .ToDictionary(group => group.Key, group => group.Count());

    /// <summary>Union of what connected workers can do.</summary>
    public CapabilitySet Capabilities() => CapabilitySet.FromNumbers([.. CapabilityCapacities().Keys]);

    public ConnectedWorker? Find(WorkerId id) => _workers.GetValueOrDefault(id);

    /// <summary>Completes at the next change. Take it before looking, or the change in between is missed.</summary>
    public Task NextChange() => Volatile.Read(ref _bell).Task;

    /// <summary>Somebody may have a free slot now.</summary>
    public void RingForFreeSlot() => Interlocked.Exchange(ref _bell, NewBell()).TrySetResult();

    /// <summary>A slot that was taken for nothing is free again, and whoever waits for one hears of it.</summary>
    public void GiveBack(WorkerSlot slot)
    {
        slot.Dispose();
        RingForFreeSlot();
    }

    /// <summary>A worker joined. An older connection of the same node key is replaced: a rig that lost its line comes back before we notice.</summary>
    internal ConnectedWorker? Add(ConnectedWorker worker)
    {
        ConnectedWorker? replaced = null;
        _workers.AddOrUpdate(worker.Identity.Id, worker, (_, older) =>
        {
            replaced = older;
            return worker;
        });
        replaced?.MarkGone();
        RingForFreeSlot();
        return replaced;
    }

    /// <summary>A connection ended. Nothing happens when it had been replaced.</summary>
    internal void Remove(ConnectedWorker worker)
    {
        _workers.TryRemove(KeyValuePair.Create(worker.Identity.Id, worker));
        worker.MarkGone();
        RingForFreeSlot();
    }

    private static TaskCompletionSource NewBell() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
