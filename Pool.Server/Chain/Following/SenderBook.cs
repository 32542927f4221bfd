using System.Collections.Concurrent;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Server.Chain.Following;

/// <summary>
/// What senders have in the TicketBroker, as it was read last. What an event or a new round may have changed is read again by whoever asks next; while no node
/// answers, what was read before is good enough: streams do not stop because a node does.
/// </summary>
internal sealed class SenderBook(IEthereumRpc rpc, TimeProvider time)
{
    /// <summary>Senders that are kept. An address costs nothing, so strangers could make up any number.</summary>
    private const int MaxSenders = 10_000;

    /// <summary>How long a payment waits for new figures where there are old ones.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How soon it is tried again after no node has answered.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Address, Entry> _senders = new();

    /// <summary>The figures of a sender.</summary>
    /// <param name="sender">The gateway.</param>
    /// <param name="contracts">Where the TicketBroker is.</param>
    /// <param name="claimant">Our orchestrator.</param>
    /// <param name="cancellationToken">Whoever asks does not want to know any more.</param>
    /// <exception cref="RpcException">Nothing is known of it, and no endpoint answered.</exception>
    /// <exception cref="ContractException">Nothing is known of it, and the TicketBroker did not answer as one.</exception>
    public async ValueTask<SenderAccount> OfAsync(Address sender, ContractAddresses contracts, Address claimant, CancellationToken cancellationToken)
    {
        if (_senders.Count >= MaxSenders)
        {
            _senders.Clear();
        }

        var entry = _senders.GetOrAdd(sender, _ => new Entry());
        if (entry.Fresh(time.GetUtcNow()) is { } known)
        {
            return known;
        }

        // Several segments of a gateway that ask at once wait for the same answer; nobody who goes away takes it from the others.
        var reading = entry.Read(() => ReadAsync(sender, contracts, claimant));
        if (entry.Last is not { } last)
        {
            return await reading.WaitAsync(cancellationToken);
        }

        try
        {
            return await reading.WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception away) when (away is RpcException or ContractException or TimeoutException)
        {
            entry.PauseUntil(time.GetUtcNow() + Pause);
            return last;
        }
    }

    /// <summary>These senders have changed.</summary>
    public void Forget(IEnumerable<Address> senders)
    {
        foreach (var sender in senders)
        {
            _senders.GetValueOrDefault(sender)?.Age();
        }
    }

    /// <summary>Everything may have changed: a new round, or a block that was replaced.</summary>
    public void Forget() => Forget(_senders.Keys);

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

    /// <summary>One sender. A reading that began before the sender changed does not make it fresh.</summary>
    private sealed class Entry
    {
        private readonly Lock _gate = new();
        private Task<SenderAccount>? _reading;
        private DateTimeOffset _pausesUntil;
        private int _changes;
        private bool _isFresh;

        /// <summary>What was read last, however old.</summary>
        public SenderAccount? Last { get; private set; }

        /// <summary>What need not be read again now; null when it must.</summary>
        public SenderAccount? Fresh(DateTimeOffset now)
        {
            lock (_gate)
            {
                return _isFresh || now < _pausesUntil ? Last : null;
            }
        }

        public void Age()
        {
            lock (_gate)
            {
                (_isFresh, _reading) = (false, null);
                _changes++;
            }
        }

        public void PauseUntil(DateTimeOffset until)
        {
            lock (_gate)
            {
                _pausesUntil = until;
            }
        }

        public Task<SenderAccount> Read(Func<Task<SenderAccount>> read)
        {
            lock (_gate)
            {
                if (_reading is null or { IsFaulted: true })
                {
                    _reading = TakeAsync(read(), _changes);
                }

                return _reading;
            }
        }

        private async Task<SenderAccount> TakeAsync(Task<SenderAccount> coming, int changes)
        {
            var account = await coming;
            lock (_gate)
            {
                (Last, _isFresh) = (account, changes == _changes);
            }

            return account;
        }
    }
}
