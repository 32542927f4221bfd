using Npgsql;
using Pool.Server.Chain.Rpc;
using Pool.Server.Signing;

namespace Pool.Server.Chain.Outbox;

/// <summary>Who answers for which purpose.</summary>
internal sealed class OwnerBook
{
    private readonly Dictionary<TransactionPurpose, IIntentOwner> _owners = [];

    /// <exception cref="InvalidOperationException">Two answer for one purpose.</exception>
    public OwnerBook(IEnumerable<IIntentOwner> owners)
    {
        foreach (var owner in owners)
        {
            foreach (var purpose in owner.Purposes)
            {
                if (!_owners.TryAdd(purpose, owner))
                {
                    throw new InvalidOperationException($"{owner.GetType().Name} and {_owners[purpose].GetType().Name} both answer for {purpose}.");
                }
            }
        }
    }

    /// <summary>What the owner reads of the chain now.</summary>
    public async Task<string?> ObserveAsync(Intent intent, TransactionReceipt receipt, CancellationToken cancellationToken) =>
        _owners.TryGetValue(intent.Order.Purpose, out var owner) ? await owner.ObserveAsync(intent, receipt, cancellationToken) : null;

    /// <summary>The owner books what became of it.</summary>
    public async Task FinalAsync(NpgsqlTransaction transaction, Intent intent, TransactionReceipt? receipt, string? observed, CancellationToken cancellationToken)
    {
        if (_owners.TryGetValue(intent.Order.Purpose, out var owner))
        {
            await owner.FinalAsync(transaction, intent, receipt, observed, cancellationToken);
        }
    }
}
