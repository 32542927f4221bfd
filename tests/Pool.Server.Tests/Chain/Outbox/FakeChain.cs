using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>A node in memory: a pool of transactions that wants a tenth more for a replacement, blocks that can be replaced, replies that get lost, a view that lags.</summary>
internal sealed partial class FakeChain : IEthereumRpc
{
    private readonly Lock _gate = new();
    private readonly List<Block> _blocks = [];
    private readonly Dictionary<(Address From, ulong Nonce), SignedTransaction> _pool = [];
    private readonly Queue<Weather> _weather = new();
    private readonly List<SignedTransaction> _lost = [];
    private int _salt;

    public FakeChain() => MineBlock([]);

    public enum Weather
    {
        Fine,

        /// <summary>The node never hears of it.</summary>
        LoseRequest,

        /// <summary>The node takes it and nobody hears that.</summary>
        LoseReply,
    }

    public ulong ChainId => 31337;

    public Wei BaseFee { get; set; } = Wei.OneGwei;

    /// <summary>Blocks that reads do not see yet.</summary>
    public int Lag { get; set; }

    /// <summary>Call data that reverts when it is executed; an estimate does not know it.</summary>
    public HashSet<string> Reverting { get; } = [];

    /// <summary>Call data of which an estimate says that it would revert.</summary>
    public HashSet<string> WouldRevert { get; } = [];

    /// <summary>Whether a fee below the base fee is refused instead of kept.</summary>
    public bool RefusesLowFees { get; set; }

    public string? Poor { get; set; }

    /// <summary>Whether nobody answers.</summary>
    public bool IsAway { get; set; }

    /// <summary>Called before and after everything that is asked.</summary>
    public Action<string> Passing { get; set; } = _ => { };

    /// <summary>What was broadcast, in order, whatever became of it.</summary>
    public List<SignedTransaction> Broadcast { get; } = [];

    public int Estimates { get; private set; }

    /// <summary>Transactions in blocks, in order.</summary>
    public IReadOnlyList<SignedTransaction> Mined
    {
        get
        {
            lock (_gate)
            {
                return [.. _blocks.SelectMany(block => block.Transactions)];
            }
        }
    }

    public ulong Height => (ulong)_blocks.Count - 1;

    public void Next(params Weather[] weather)
    {
        foreach (var one in weather)
        {
            _weather.Enqueue(one);
        }
    }

    /// <summary>Mines what is in the pool and can pay the base fee.</summary>
    public void Mine(int blocks = 1)
    {
        lock (_gate)
        {
            for (var i = 0; i < blocks; i++)
            {
                MineBlock(Executable());
            }
        }
    }

    /// <summary>Mines empty blocks.</summary>
    public void MineEmpty(int blocks = 1)
    {
        lock (_gate)
        {
            for (var i = 0; i < blocks; i++)
            {
                MineBlock([]);
            }
        }
    }

    /// <summary>The last blocks are replaced by as many empty ones and one more; what was in them is back in the pool, or forgotten.</summary>
    public void Reorganize(int depth, bool isForgotten)
    {
        lock (_gate)
        {
            depth = Math.Min(depth, _blocks.Count - 1);
            var dropped = _blocks[^depth..].SelectMany(block => block.Transactions).ToList();
            _blocks.RemoveRange(_blocks.Count - depth, depth);
            _salt++;
            foreach (var transaction in isForgotten ? [] : dropped)
            {
                _pool.TryAdd((transaction.Sender, transaction.Transaction.Nonce), transaction);
            }

            for (var i = 0; i <= depth; i++)
            {
                MineBlock([]);
            }
        }
    }

    /// <summary>The node forgets everything that is in no block.</summary>
    public void ForgetPool()
    {
        lock (_gate)
        {
            _pool.Clear();
        }
    }

    /// <summary>Somebody else with the same key is in the next block.</summary>
    public void MineForeign(EthereumKey key)
    {
        lock (_gate)
        {
            MineBlock([Foreign(key, Count(key.Address, _blocks.Count))]);
        }
    }

    /// <summary>Puts bytes into a block that were replaced in the pool: another node had them.</summary>
    public void MineInstead(SignedTransaction transaction)
    {
        lock (_gate)
        {
            _pool.Remove((transaction.Sender, transaction.Transaction.Nonce));
            MineBlock([transaction]);
        }
    }

    /// <summary>The oldest attempt that still can be gets into a block, whatever replaced it in the pool.</summary>
    public void MineOldestAttempt()
    {
        lock (_gate)
        {
            var oldest = Broadcast.Find(one => one.Transaction.Nonce == Count(one.Sender, _blocks.Count) && one.Transaction.MaxFeePerGas >= BaseFee);
            if (oldest is not null)
            {
                _pool.Remove((oldest.Sender, oldest.Transaction.Nonce));
                MineBlock([oldest]);
            }
        }
    }

    /// <summary>What was lost on its way arrives after all.</summary>
    public void DeliverLost()
    {
        lock (_gate)
        {
            _lost.ForEach(transaction => Take(transaction));
            _lost.Clear();
        }
    }

    public static SignedTransaction Foreign(EthereumKey key, ulong nonce) => new Transaction1559
    {
        ChainId = 31337,
        Nonce = nonce,
        MaxFeePerGas = Wei.OneEth,
        MaxPriorityFeePerGas = Wei.Zero,
        GasLimit = 21_000,
        To = Address.Zero,
        Data = new byte[] { 0xff },
    }.Sign(key);

    public Task<BlockHeader?> BlockAsync(BlockTag block, CancellationToken cancellationToken) => AskAsync<BlockHeader?>("block", view =>
    {
        var number = block.Number ?? (block == BlockTag.Latest || block == BlockTag.Pending ? (ulong)view.Count - 1 : (ulong)Math.Max(0, view.Count - 3));
        return number < (ulong)view.Count ? view[(int)number].Header : null;
    });

    public Task<BlockHeader?> BlockAsync(Bytes32 hash, CancellationToken cancellationToken) =>
        AskAsync("block", view => view.Find(block => block.Header.Hash == hash)?.Header);

    public Task<ulong> TransactionCountAsync(Address account, BlockTag at, CancellationToken cancellationToken) => AskAsync("count", view =>
    {
        if (at == BlockTag.Pending)
        {
            var next = Count(account, view.Count);
            while (_pool.ContainsKey((account, next)))
            {
                next++;
            }

            return next;
        }

        return Count(account, at.Number is { } number ? (int)number + 1 : at == BlockTag.Latest ? view.Count : Math.Max(1, view.Count - 2));
    });

    public Task<GasEstimate> EstimateGasAsync(ContractCall call, CancellationToken cancellationToken) => AskAsync<GasEstimate>("estimate", _ =>
    {
        Estimates++;
        return WouldRevert.Contains(Hex(call.Data)) ? new GasEstimate.WouldRevert(new RevertReason.Message("not now")) : new GasEstimate.Needs(100_001);
    });

    public Task<IReadOnlyList<TransactionReceipt?>> ReceiptsAsync(IReadOnlyList<Bytes32> transactions, CancellationToken cancellationToken) =>
        AskAsync<IReadOnlyList<TransactionReceipt?>>("receipts", view => [.. transactions.Select(hash => Receipt(view, hash))]);

    public Task<SendResult> SendAsync(ReadOnlyMemory<byte> signedTransaction, CancellationToken cancellationToken)
    {
        Passing("send");
        var weather = _weather.TryDequeue(out var next) ? next : Weather.Fine;
        var transaction = SignedTransaction.Decode(signedTransaction.Span);
        lock (_gate)
        {
            Broadcast.Add(transaction);
            if (IsAway || weather == Weather.LoseRequest)
            {
                _lost.Add(transaction);
                Passing("sent");
                return Task.FromResult(new SendResult(SendVerdict.Unknown, "no answer"));
            }

            var result = Take(transaction);
            Passing("sent");
            return Task.FromResult(weather == Weather.LoseReply ? new SendResult(SendVerdict.Unknown, "no answer") : result);
        }
    }

    public Task<IReadOnlyList<ChainLog>> LogsAsync(LogFilter filter, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<CallResult>> CallAsync(IReadOnlyList<ContractCall> calls, BlockTag at, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Wei> GasPriceAsync(CancellationToken cancellationToken) => Task.FromResult(BaseFee);

    public Task<Wei> BalanceAsync(Address account, BlockTag at, CancellationToken cancellationToken) => Task.FromResult(Wei.OneEth);

    public static string Hex(ReadOnlyMemory<byte> data) => Convert.ToHexStringLower(data.Span);

    private Task<T> AskAsync<T>(string what, Func<List<Block>, T> ask)
    {
        Passing(what);
        if (IsAway)
        {
            throw new RpcException("nobody answers");
        }

        T answer;
        lock (_gate)
        {
            answer = ask(_blocks[..^Math.Min(Lag, _blocks.Count - 1)]);
        }

        Passing($"{what} answered");
        return Task.FromResult(answer);
    }
}
