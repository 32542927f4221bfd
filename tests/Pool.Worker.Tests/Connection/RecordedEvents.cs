using System.Collections.Concurrent;
using System.Threading.Channels;
using Pool.Worker.Connection;

namespace Pool.Worker.Tests.Connection;

internal sealed record JoinedEvent(Guid WorkerId, int Capacity, bool Again);

internal sealed record LostEvent(string Reason, TimeSpan RetryIn);

internal sealed record DrainingEvent(int Held);

internal sealed record WarningEvent(string Text);

internal sealed record WithdrawnEvent(Guid AssignmentId, string Reason);

internal sealed record DroppedEvent(Guid AssignmentId);

/// <summary>Keeps what the link reports until the test asks for it.</summary>
internal sealed class RecordedEvents : IWorkerEvents
{
    private readonly ConcurrentDictionary<Type, Channel<object>> _byKind = new();

    public void Joined(Guid workerId, int capacity, bool again) => Add(new JoinedEvent(workerId, capacity, again));

    public void Lost(string reason, TimeSpan retryIn) => Add(new LostEvent(reason, retryIn));

    public void Draining(int held) => Add(new DrainingEvent(held));

    public void Withdrawn(Guid assignmentId, string reason) => Add(new WithdrawnEvent(assignmentId, reason));

    public void Dropped(Guid assignmentId) => Add(new DroppedEvent(assignmentId));

    public void Ended(SegmentReport report) => Add(report);

    public void Booked(Pool.Shared.Contracts.Receipt receipt) => Add(receipt);

    public void ReceiptRefused(string warning) => Add(new WarningEvent(warning));

    /// <summary>The next event of this kind, in order.</summary>
    public async Task<T> NextAsync<T>() => (T)await Of(typeof(T)).Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

    /// <summary>How many events of this kind nobody has asked for.</summary>
    public int Waiting<T>() => Of(typeof(T)).Reader.Count;

    private void Add(object happened) => Of(happened.GetType()).Writer.TryWrite(happened);

    private Channel<object> Of(Type kind) => _byKind.GetOrAdd(kind, _ => Channel.CreateUnbounded<object>());
}

/// <summary>How long a test waits for what must happen; only a failing test ever waits that long.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
}
