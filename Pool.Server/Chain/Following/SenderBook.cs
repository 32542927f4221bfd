using System.Collections.Concurrent;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Server.Chain.Following;

/// <summary>What senders have in the TicketBroker, as it was read last; what an event or a new round may have changed is read again by whoever asks next.</summary>
internal sealed class SenderBook(IEthereumRpc rpc)
{
    /// <summary>Senders that are kept. An address costs nothing, so strangers could make up any number.</summary>
    private const int MaxSenders = 10_000;

    private readonly ConcurrentDictionary<Address, Lazy<Task<SenderAccount>>> _senders = new();

    /// <summary>The figures of a sender.</summary>
    /// <param name="sender">The gateway.</param>
    /// <param name="contracts">Where the TicketBroker is.</param>
    /// <param name="claimant">Our orchestrator.</param>
    /// <param name="cancellationToken">Whoever asks does not want to know any more.</param>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="ContractException">The TicketBroker did not answer as one.</exception>
    public async ValueTask<SenderAccount> OfAsync(Address sender, ContractAddresses contracts, Address claimant, CancellationToken cancellationToken)
    {
        if (_senders.Count >= MaxSenders)
        {
            _senders.Clear();
        }

        // Several segments of a gateway that ask at once wait for the same answer; nobody who goes away takes it from the others.
        var entry = _senders.GetOrAdd(sender, address => new Lazy<Task<SenderAccount>>(() => ReadAsync(address, contracts, claimant)));
        try
        {
            return await entry.Value.WaitAsync(cancellationToken);
        }
        catch (Exception) when (entry.Value.IsFaulted)
        {
            _senders.TryRemove(KeyValuePair.Create(sender, entry));
            throw;
        }
    }

    /// <summary>These senders have changed.</summary>
    public void Forget(IEnumerable<Address> senders)
    {
        foreach (var sender in senders)
        {
            _senders.TryRemove(sender, out _);
        }
    }

    /// <summary>Everything may have changed: a new round, or a block that was replaced.</summary>
    public void Forget() => _senders.Clear();

    private async Task<SenderAccount> ReadAsync(Address sender, ContractAddresses contracts, Address claimant)
    {
        var answers = await rpc.ReadAsync(
            [
                new ContractRead(contracts.TicketBroker, TicketBrokerAbi.GetSenderInfo, sender),
                new ContractRead(contracts.TicketBroker, TicketBrokerAbi.ClaimedReserve, sender, claimant),
            ],
            BlockTag.Latest, CancellationToken.None);
        IReadOnlyList<AbiValue> funds = answers[0][0].AsList(), reserve = answers[0][1].AsList();
        return new SenderAccount(funds[0].AsWei(), funds[1].AsNumber(), reserve[0].AsWei(), reserve[1].AsWei(), answers[1][0].AsWei());
    }
}
