using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Tickets.Redemption;

/// <summary>What is being redeemed, as it was read last: for offers, which do not wait for the database.</summary>
internal sealed class PendingRedemptions : IPendingRedemptions
{
    private IReadOnlyDictionary<Address, Wei> _pending = new Dictionary<Address, Wei>();
    private TaskCompletionSource _stale = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when what was read is not true any more.</summary>
    public Task Stale => Volatile.Read(ref _stale).Task;

    public Wei Of(Address sender) => Volatile.Read(ref _pending).TryGetValue(sender, out var amount) ? amount : Wei.Zero;

    /// <summary>What was read now.</summary>
    public void Set(IReadOnlyDictionary<Address, Wei> pending) => Volatile.Write(ref _pending, pending);

    /// <summary>Something has ended: it must be read again.</summary>
    public void Forget() => Interlocked.Exchange(ref _stale, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
