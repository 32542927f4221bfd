using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Money;

namespace Pool.Server.Chain.Rpc;

/// <summary>Ethereum's JSON-RPC over HTTP (chain §4). What it does when an endpoint fails is in <see cref="EndpointPool"/>.</summary>
public sealed class JsonRpc : IEthereumRpc, IDisposable
{
    private readonly EndpointPool _endpoints;
    private readonly RpcLimits _limits;
    private readonly LogQuery _logs;

    /// <param name="urls">The endpoints, the preferred one first; at least one.</param>
    /// <param name="chainId">The chain they must be on.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where failing endpoints are named, without what is secret in their URLs.</param>
    public JsonRpc(IEnumerable<Uri> urls, ulong chainId, TimeProvider time, ILogger<JsonRpc> logger)
        : this(urls, chainId, time, logger, RpcLimits.Default)
    {
    }

    internal JsonRpc(IEnumerable<Uri> urls, ulong chainId, TimeProvider time, ILogger<JsonRpc> logger, RpcLimits limits)
    {
        (ChainId, _limits) = (chainId, limits);
        _endpoints = new EndpointPool(urls, chainId, limits, time, logger);
        _logs = new LogQuery(_endpoints, limits);
    }

    public ulong ChainId { get; }

    public async Task<BlockHeader?> BlockAsync(BlockTag block, CancellationToken cancellationToken) =>
        await _endpoints.AskAsync($"header of {block}", (endpoint, stop) => HeaderAsync(endpoint, block, stop), cancellationToken);

    public Task<BlockHeader?> BlockAsync(Bytes32 hash, CancellationToken cancellationToken) =>
        AskOneAsync($"block {hash}", new RpcQuestion("eth_getBlockByHash", hash.ToString(), false), block => HeaderOf(block, hash), cancellationToken);

    public Task<IReadOnlyList<ChainLog>> LogsAsync(LogFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return _logs.ReadAsync(filter, cancellationToken);
    }

    public async Task<IReadOnlyList<CallResult>> CallAsync(IReadOnlyList<ContractCall> calls, BlockTag at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(calls);
        if (calls.Count > 1 && at.Number is null && at != BlockTag.Pending)
        {
            // The questions of a batch are answered one after the other, and a block may come in between.
            var block = await BlockAsync(at, cancellationToken) ?? throw new RpcException($"there is no {at} block");
            at = BlockTag.At(block.Number);
        }

        return await AskAllAsync(
            $"{calls.Count} calls at {at}", [.. calls.Select(call => new RpcQuestion("eth_call", Call(call), at.Text))], (reply, _) => Result(reply), cancellationToken);
    }

    public Task<Wei> GasPriceAsync(CancellationToken cancellationToken) =>
        AskOneAsync("gas price", new RpcQuestion("eth_gasPrice"), RpcJson.Amount, cancellationToken);

    public Task<Wei> BalanceAsync(Address account, BlockTag at, CancellationToken cancellationToken) =>
        AskOneAsync($"balance of {account}", new RpcQuestion("eth_getBalance", account.ToString(), at.Text), RpcJson.Amount, cancellationToken);

    public Task<ulong> TransactionCountAsync(Address account, BlockTag at, CancellationToken cancellationToken) => AskOneAsync(
        $"transaction count of {account}", new RpcQuestion("eth_getTransactionCount", account.ToString(), at.Text), RpcJson.Number, cancellationToken);

    public async Task<GasEstimate> EstimateGasAsync(ContractCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        var estimates = await AskAllAsync($"gas of a call of {call.To}", [new RpcQuestion("eth_estimateGas", Call(call))], (reply, _) => Estimate(reply), cancellationToken);
        return estimates[0];
    }

    public Task<IReadOnlyList<TransactionReceipt?>> ReceiptsAsync(IReadOnlyList<Bytes32> transactions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        return AskAllAsync(
            $"{transactions.Count} receipts",
            [.. transactions.Select(hash => new RpcQuestion("eth_getTransactionReceipt", hash.ToString()))],
            (reply, index) => RpcJson.Receipt(reply.Value, transactions[index]),
            cancellationToken);
    }

    public async Task<SendResult> SendAsync(ReadOnlyMemory<byte> signedTransaction, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await _endpoints.AskOnceAsync(new RpcQuestion("eth_sendRawTransaction", RpcJson.Hex(signedTransaction.Span)), cancellationToken);
            return reply.Error is { } error ? SendWords.Read(error) : Taken(reply.Result, Bytes32.Keccak(signedTransaction.Span));
        }
        catch (EndpointException fault)
        {
            return new SendResult(SendVerdict.Unknown, fault.Message);
        }
    }

    public void Dispose() => _endpoints.Dispose();

    private static SendResult Taken(JsonElement result, Bytes32 expected) => RpcJson.Hash(result) == expected
        ? new SendResult(SendVerdict.Taken, expected.ToString())
        : new SendResult(SendVerdict.Unknown, $"the node answers something else than the hash {expected}");

    private static BlockHeader? HeaderOf(JsonElement block, Bytes32 hash) =>
        RpcJson.Header(block) is not { } header ? null : header.Hash == hash ? header : throw RpcJson.Wrong("another block");

    private static CallResult Result(RpcReply reply) => reply.Error switch
    {
        null => new CallResult.Returned(RpcJson.Bytes(reply.Result)),
        { } error when error.IsRevert(out var reason) => new CallResult.Reverted(reason),
        { } error => throw error.ToException(),
    };

    private static GasEstimate Estimate(RpcReply reply) => reply.Error switch
    {
        null => new GasEstimate.Needs(RpcJson.Number(reply.Result)),
        { } error when error.IsRevert(out var reason) => new GasEstimate.WouldRevert(reason),
        { } error => throw error.ToException(),
    };

    private static JsonObject Call(ContractCall call)
    {
        var json = new JsonObject { ["to"] = call.To.ToString(), ["data"] = RpcJson.Hex(call.Data.Span) };
        if (!call.From.IsZero)
        {
            json["from"] = call.From.ToString();
        }

        if (!call.Value.IsZero)
        {
            json["value"] = RpcJson.Hex(call.Value.Value);
        }

        return json;
    }

    private async Task<BlockHeader?> HeaderAsync(RpcEndpoint endpoint, BlockTag block, CancellationToken cancellationToken)
    {
        var replies = await endpoint.AskAsync([new RpcQuestion("eth_getBlockByNumber", block.Text, false)], cancellationToken);
        var header = RpcJson.Header(replies[0].Value);
        if (block.Number is { } wanted && header is not null && header.Number != wanted)
        {
            throw RpcJson.Wrong($"block {header.Number} instead of {wanted}");
        }

        if (block == BlockTag.Latest)
        {
            _endpoints.Heads.Tell(endpoint, header?.Number ?? throw RpcJson.Wrong("it has no newest block"));
        }

        return header;
    }

    private async Task<T> AskOneAsync<T>(string what, RpcQuestion question, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        (await AskAllAsync(what, [question], (reply, _) => read(reply.Value), cancellationToken))[0];

    /// <summary>Asks in requests that are not too large, each of one endpoint.</summary>
    private async Task<IReadOnlyList<T>> AskAllAsync<T>(
        string what, RpcQuestion[] questions, Func<RpcReply, int, T> read, CancellationToken cancellationToken)
    {
        var answers = new List<T>(questions.Length);
        for (var start = 0; start < questions.Length; start += _limits.BatchCalls)
        {
            var first = start;
            var batch = questions[first..Math.Min(questions.Length, first + _limits.BatchCalls)];
            answers.AddRange(await _endpoints.AskAsync(
                what,
                async (endpoint, stop) => (await endpoint.AskAsync(batch, stop)).Select((reply, index) => read(reply, first + index)).ToArray(),
                cancellationToken));
        }

        return answers;
    }
}
