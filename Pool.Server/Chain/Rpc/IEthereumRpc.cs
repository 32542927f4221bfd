using System.Numerics;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Chain.Rpc;

/// <summary>
/// An Ethereum node as the pool needs it (chain §4). Reads are repeated and may be answered by any endpoint; nothing here changes the chain but
/// <see cref="SendAsync"/>, which is never repeated by itself.
/// </summary>
public interface IEthereumRpc
{
    /// <summary>The chain's id; endpoints that answer another one are not used.</summary>
    ulong ChainId { get; }

    /// <summary>Header of a block; null when the node has none there (yet, or any more).</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    Task<BlockHeader?> BlockAsync(BlockTag block, CancellationToken cancellationToken);

    /// <summary>Header of the block with this hash; null when the node does not know it: it may have been replaced.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    Task<BlockHeader?> BlockAsync(Bytes32 hash, CancellationToken cancellationToken);

    /// <summary>Logs of the contracts with one of the topics, in the chain's order, over any number of blocks.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    Task<IReadOnlyList<ChainLog>> LogsAsync(LogFilter filter, CancellationToken cancellationToken);

    /// <summary>Calls contracts without a transaction, all of them in one request, all at the same block.</summary>
    /// <returns>One result for each call, in the same order.</returns>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    Task<IReadOnlyList<CallResult>> CallAsync(IReadOnlyList<ContractCall> calls, BlockTag at, CancellationToken cancellationToken);

    /// <summary>The node's gas price (protocol §5.4).</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    Task<Wei> GasPriceAsync(CancellationToken cancellationToken);

    /// <summary>An account's ETH.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    Task<Wei> BalanceAsync(Address account, BlockTag at, CancellationToken cancellationToken);

    /// <summary>How many transactions an account has sent, which is its next nonce.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    Task<ulong> TransactionCountAsync(Address account, BlockTag at, CancellationToken cancellationToken);

    /// <summary>Gas that a call would need as a transaction. Never for a batch redemption: it starves the last ticket (chain §3).</summary>
    /// <returns>The gas, or why it would revert.</returns>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    Task<GasEstimate> EstimateGasAsync(ContractCall call, CancellationToken cancellationToken);

    /// <summary>Receipts of transactions, in one request; null for those that are in no block.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    Task<IReadOnlyList<TransactionReceipt?>> ReceiptsAsync(IReadOnlyList<Bytes32> transactions, CancellationToken cancellationToken);

    /// <summary>Broadcasts a signed transaction, once.</summary>
    /// <returns>What the node said; it is known to none when it said nothing, which is <see cref="SendVerdict.Unknown"/>.</returns>
    Task<SendResult> SendAsync(ReadOnlyMemory<byte> signedTransaction, CancellationToken cancellationToken);
}

/// <summary>Which block: a number, or where the chain ends by one of its measures.</summary>
public readonly record struct BlockTag
{
    private BlockTag(string text, ulong? number) => (Text, Number) = (text, number);

    /// <summary>The newest block: the sequencer's promise.</summary>
    public static BlockTag Latest { get; } = new("latest", null);

    /// <summary>Its batch is in a safe L1 block.</summary>
    public static BlockTag Safe { get; } = new("safe", null);

    /// <summary>Its batch is in a finalized L1 block.</summary>
    public static BlockTag Finalized { get; } = new("finalized", null);

    /// <summary>As if what waits were in a block.</summary>
    public static BlockTag Pending { get; } = new("pending", null);

    /// <summary>As JSON-RPC has it: a word, or a number in hexadecimal digits.</summary>
    public string Text { get; }

    /// <summary>The number, if it is one.</summary>
    public ulong? Number { get; }

    /// <summary>The block with this number.</summary>
    public static BlockTag At(ulong number) => new($"0x{number:x}", number);

    public override string ToString() => Number is { } number ? $"block {number}" : Text;
}

/// <summary>Header of a block.</summary>
/// <param name="Number">Its number on this chain (L2 on Arbitrum).</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Parent">Hash of the block before.</param>
/// <param name="At">Its time.</param>
/// <param name="L1Number">Number that contracts see and rounds are counted in: <c>l1BlockNumber</c>, or its own number where there is none (protocol §6.2).</param>
/// <param name="BaseFee">What a gas costs in it.</param>
public sealed record BlockHeader(ulong Number, Bytes32 Hash, Bytes32 Parent, DateTimeOffset At, ulong L1Number, Wei BaseFee);

/// <summary>A log entry.</summary>
/// <param name="Contract">Who wrote it.</param>
/// <param name="Topics">Its topics; the first is the event's.</param>
/// <param name="Data">The rest.</param>
/// <param name="BlockNumber">Block it is in.</param>
/// <param name="BlockHash">Hash of that block.</param>
/// <param name="Transaction">Transaction it is of.</param>
/// <param name="Index">Its place among all logs of the block.</param>
public sealed record ChainLog(
    Address Contract, IReadOnlyList<Bytes32> Topics, ReadOnlyMemory<byte> Data, ulong BlockNumber, Bytes32 BlockHash, Bytes32 Transaction, int Index);

/// <summary>Which logs.</summary>
/// <param name="From">First block.</param>
/// <param name="To">Last block, included.</param>
/// <param name="Contracts">Of these contracts.</param>
/// <param name="Topics">With one of these first topics.</param>
public sealed record LogFilter(ulong From, ulong To, IReadOnlyList<Address> Contracts, IReadOnlyList<Bytes32> Topics);

/// <summary>A call of a contract.</summary>
/// <param name="To">The contract.</param>
/// <param name="Data">Call data.</param>
public sealed record ContractCall(Address To, ReadOnlyMemory<byte> Data)
{
    /// <summary>Who calls; the zero address when it does not matter.</summary>
    public Address From { get; init; }

    /// <summary>ETH that goes with it.</summary>
    public Wei Value { get; init; }
}

/// <summary>Receipt of a transaction that is in a block.</summary>
/// <param name="Transaction">Its hash.</param>
/// <param name="From">Who sent it.</param>
/// <param name="IsSuccess">Whether it did what it should; a reverted one has used its nonce and gas all the same.</param>
/// <param name="BlockNumber">Block it is in.</param>
/// <param name="BlockHash">Hash of that block.</param>
/// <param name="GasUsed">Gas it used, on Arbitrum with the L1 part.</param>
/// <param name="GasPrice">What each gas cost.</param>
/// <param name="Logs">What it logged.</param>
public sealed record TransactionReceipt(
    Bytes32 Transaction, Address From, bool IsSuccess, ulong BlockNumber, Bytes32 BlockHash, ulong GasUsed, Wei GasPrice, IReadOnlyList<ChainLog> Logs)
{
    /// <summary>What it cost.</summary>
    public Wei Cost => GasPrice * GasUsed;
}
