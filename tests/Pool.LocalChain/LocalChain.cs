using Microsoft.Extensions.Logging.Abstractions;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Money;

namespace Pool.Tests.Chain;

/// <summary>
/// A development node with Livepeer's contracts on it, a round initialized, and nobody registered: everything that tests and the demo do to the chain as other
/// people. Rounds have 50 blocks; every transaction gets its block at once.
/// </summary>
public sealed partial class LocalChain : IAsyncDisposable
{
    /// <summary>What everybody pays for a gas at most: the node asks far less.</summary>
    private static readonly Wei s_maxFee = Wei.OneGwei * 1000;

    private static readonly TimeSpan s_receiptPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_receiptLimit = TimeSpan.FromMinutes(2);

    private readonly JsonRpc _rpc;

    private LocalChain(AnvilNode node, LivepeerContracts contracts, JsonRpc rpc) => (Node, Contracts, _rpc) = (node, contracts, rpc);

    /// <summary>The node.</summary>
    public AnvilNode Node { get; }

    /// <summary>The contracts.</summary>
    public LivepeerContracts Contracts { get; }

    /// <summary>The server's client of the node.</summary>
    public IEthereumRpc Rpc => _rpc;

    /// <summary>Starts a node, deploys, and initializes a round.</summary>
    /// <param name="port">The node's port; a free one when null.</param>
    /// <param name="slotsInAnEpoch">Blocks of an epoch: a block is safe after one epoch and finalized after two.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <exception cref="LocalChainException">It does not come up.</exception>
    public static async Task<LocalChain> StartAsync(int? port = null, int slotsInAnEpoch = 1, CancellationToken cancellationToken = default)
    {
        var node = await AnvilNode.StartAsync(port, slotsInAnEpoch, cancellationToken);
        var rpc = new JsonRpc([node.Url], AnvilNode.ChainId, TimeProvider.System, NullLogger<JsonRpc>.Instance);
        var (calls, contracts) = LivepeerDeployment.Plan(DevAccounts.Deployer.Address, firstNonce: 0);
        var chain = new LocalChain(node, contracts, rpc);
        try
        {
            await chain.SendAsync(DevAccounts.Deployer, calls, cancellationToken);
            await chain.MineToNextRoundAsync(cancellationToken);
            await chain.InitializeRoundAsync(cancellationToken);
            return chain;
        }
        catch
        {
            await chain.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends transactions of an account, each when the one before has its receipt.</summary>
    /// <exception cref="LocalChainException">One is refused, or reverted.</exception>
    public async Task<IReadOnlyList<TransactionReceipt>> SendAsync(
        EthereumKey from, IReadOnlyList<DevCall> calls, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(calls);
        var receipts = new List<TransactionReceipt>(calls.Count);
        foreach (var call in calls)
        {
            // One that comes while the node mines the one before may be put behind a nonce that is gone, and stays there.
            receipts.Add(await SendAsync(from, call, cancellationToken));
        }

        return receipts;
    }

    /// <summary>Sends a transaction of an account and waits for its receipt.</summary>
    /// <exception cref="LocalChainException">It is refused, or reverted.</exception>
    public async Task<TransactionReceipt> SendAsync(EthereumKey from, DevCall call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(call);
        var nonce = await _rpc.TransactionCountAsync(from.Address, BlockTag.Pending, cancellationToken);
        var signed = Transaction(call, nonce).Sign(from);
        var sent = await _rpc.SendAsync(signed.ToBytes(), cancellationToken);
        if (sent.Verdict != SendVerdict.Taken)
        {
            throw new LocalChainException($"A transaction is refused ({sent.Verdict}): {sent.Text}");
        }

        var receipt = (await ReceiptsAsync([signed.Hash()], cancellationToken))[0];
        return receipt.IsSuccess
            ? receipt
            : throw new LocalChainException($"A transaction is reverted: {await ReasonAsync(from.Address, call, receipt, cancellationToken)}");
    }

    /// <summary>The transaction that a call becomes, for tests that sign and send it in their own way.</summary>
    public static Transaction1559 Transaction(DevCall call, ulong nonce)
    {
        ArgumentNullException.ThrowIfNull(call);
        return new Transaction1559
        {
            ChainId = AnvilNode.ChainId,
            Nonce = nonce,
            MaxPriorityFeePerGas = Wei.Zero,
            MaxFeePerGas = s_maxFee,
            GasLimit = call.Gas,
            To = call.To,
            Value = call.Value,
            Data = call.Data,
        };
    }

    /// <summary>Calls a function without a transaction.</summary>
    /// <exception cref="LocalChainException">It reverts.</exception>
    public async Task<AbiArguments> ReadAsync(
        DeployedContract contract, string function, IReadOnlyList<AbiValue> arguments, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contract);
        var abi = contract.Abi.Function(function);
        var results = await _rpc.CallAsync([new ContractCall(contract.Address, abi.EncodeCall(arguments))], BlockTag.Latest, cancellationToken);
        return results[0] is CallResult.Returned returned
            ? abi.DecodeResult(returned.Data)
            : throw new LocalChainException($"{contract.Name}.{function} reverts: {results[0]}");
    }

    /// <summary>The same, of a function without arguments that answers one value.</summary>
    public async Task<AbiValue> ReadAsync(DeployedContract contract, string function, CancellationToken cancellationToken = default) =>
        (await ReadAsync(contract, function, [], cancellationToken))[0];

    /// <summary>Waits for the receipts of transactions that were sent.</summary>
    public async Task<IReadOnlyList<TransactionReceipt>> ReceiptsAsync(IReadOnlyList<Bytes32> transactions, CancellationToken cancellationToken = default)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var receipts = await _rpc.ReceiptsAsync(transactions, cancellationToken);
            if (receipts.All(receipt => receipt is not null))
            {
                return [.. receipts.OfType<TransactionReceipt>()];
            }

            if (TimeProvider.System.GetElapsedTime(since) > s_receiptLimit)
            {
                throw new LocalChainException($"Of {transactions.Count} transactions {receipts.Count(receipt => receipt is null)} are in no block.");
            }

            await Task.Delay(s_receiptPause, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Kills the node.</summary>
    public async ValueTask DisposeAsync()
    {
        _rpc.Dispose();
        await Node.DisposeAsync();
    }

    /// <summary>Why it was reverted, as the same call says in the block before.</summary>
    private async Task<string> ReasonAsync(Address from, DevCall call, TransactionReceipt receipt, CancellationToken cancellationToken)
    {
        if (call.To is not { } to)
        {
            return $"a contract is not created ({receipt.GasUsed} gas)";
        }

        var results = await _rpc.CallAsync(
            [new ContractCall(to, call.Data) { From = from, Value = call.Value }], BlockTag.At(receipt.BlockNumber - 1), cancellationToken);
        return results[0] is CallResult.Reverted reverted ? reverted.Reason.ToString() : $"without a reason ({receipt.GasUsed} gas)";
    }
}
