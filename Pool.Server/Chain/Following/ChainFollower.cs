using Microsoft.Extensions.Options;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Rpc;
using Pool.Server.Node;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Chain.Following;

/// <summary>
/// Follows the newest block. When a block that was seen is replaced, or the node was away, nothing of it is kept: what is told is always what was read
/// last, whole, at one block. What is booked waits for finality and is <see cref="FinalEvents"/>'.
/// </summary>
internal sealed partial class ChainFollower(
    IEthereumRpc rpc, IOptions<ChainOptions> options, OrchestratorAddress orchestrator, IEnumerable<ISeenLogs> watchers, TimeProvider time,
    ILogger<ChainFollower> logger) : BackgroundService, IChainView, IContracts
{
    /// <summary>Blocks whose events are looked at one by one; after a longer absence everything is read anew instead.</summary>
    private const ulong MaxCatchUp = 5000;

    private static readonly Task s_never = new TaskCompletionSource().Task;

    private readonly SenderBook _senders = new(rpc, time);
    private ChainReading? _reading;
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ChainSnapshot Now => Reading.Snapshot;

    ContractAddresses IContracts.Now => Reading.Contracts;

    private ChainReading Reading => Volatile.Read(ref _reading) ?? throw new InvalidOperationException("OpenAsync comes first.");

    public Task NextChange() => Volatile.Read(ref _change).Task;

    public ValueTask<SenderAccount> SenderAsync(Address sender, CancellationToken cancellationToken) =>
        _senders.OfAsync(sender, Reading.Contracts, orchestrator.Value, cancellationToken);

    /// <summary>Reads the chain for the first time.</summary>
    /// <exception cref="StartUpException">It cannot be read, or it is not Livepeer's.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var controller = options.Value.ControllerAddress();
            var contracts = await ContractAddresses.ResolveAsync(rpc, controller, cancellationToken);
            var head = await HeadAsync(cancellationToken);
            Publish(await ReadAsync(head, contracts, cancellationToken));
        }
        catch (Exception failure) when (failure is RpcException or ContractException)
        {
            throw new StartUpException($"The chain ({options.Value.Network}) cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Looks at the newest block once.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="ContractException">A contract did not answer as Livepeer's do.</exception>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        var before = Reading;
        var head = await HeadAsync(cancellationToken);
        if (head.Hash == before.Snapshot.Head.Hash)
        {
            return;
        }

        if (await IsOfOneChainAsync(before.Snapshot.Head, head, cancellationToken))
        {
            await LookAtLogsAsync(before, head, cancellationToken);
        }
        else
        {
            LogReplaced(before.Snapshot.Head.Number, before.Snapshot.Head.Hash);
            _senders.Forget();
        }

        var reading = await ReadAsync(head, before.Contracts, cancellationToken);
        if (reading.Snapshot.Round != before.Snapshot.Round || reading.Contracts != before.Contracts)
        {
            _senders.Forget();
        }

        Publish(reading);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        EveryBlock.DoAsync(() => s_never, options.Value.PollInterval, time, FollowAsync, LogAway, stoppingToken, () => LogBack(Now.Head.Number));

    private async Task<BlockHeader> HeadAsync(CancellationToken cancellationToken) =>
        await rpc.BlockAsync(BlockTag.Latest, cancellationToken) ?? throw new RpcException("The node has no newest block.");

    private Task<ChainReading> ReadAsync(BlockHeader head, ContractAddresses contracts, CancellationToken cancellationToken) =>
        ChainReading.TakeAsync(rpc, head, contracts, orchestrator.Value, options.Value.LeastGasPrice(), time.GetUtcNow(), cancellationToken);

    /// <summary>Whether the block that was seen last is still one of the chain's, and not too long ago.</summary>
    private async Task<bool> IsOfOneChainAsync(BlockHeader seen, BlockHeader head, CancellationToken cancellationToken)
    {
        if (head.Number == seen.Number + 1)
        {
            return head.Parent == seen.Hash;
        }

        return head.Number > seen.Number && head.Number - seen.Number <= MaxCatchUp
            && (await rpc.BlockAsync(BlockTag.At(seen.Number), cancellationToken))?.Hash == seen.Hash;
    }

    private async Task LookAtLogsAsync(ChainReading before, BlockHeader head, CancellationToken cancellationToken)
    {
        var contracts = before.Contracts;
        var topics = TicketBrokerAbi.OfSenders.Concat(BondingManagerAbi.OfStake).Select(known => known.Topic).ToList();
        var logs = await rpc.LogsAsync(
            new LogFilter(before.Snapshot.Head.Number + 1, head.Number, [contracts.TicketBroker, contracts.BondingManager], topics), cancellationToken);
        _senders.Forget(logs.Where(log => log.Contract == contracts.TicketBroker && log.Topics.Count > 1).Select(log => Address.FromWire(log.Topics[1].ToBytes())));
        foreach (var watcher in watchers)
        {
            await watcher.SeenAsync(logs, contracts, cancellationToken);
        }
    }

    private void Publish(ChainReading reading)
    {
        Volatile.Write(ref _reading, reading);
        Interlocked.Exchange(ref _change, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Block {Number} ({Hash}) was replaced, or is long ago: everything is read anew")]
    private partial void LogReplaced(ulong number, Bytes32 hash);

    [LoggerMessage(Level = LogLevel.Error, Message = "The chain cannot be read, what is known of it grows old: {Fault}")]
    private partial void LogAway(string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "The chain can be read again, its newest block is {Number}")]
    private partial void LogBack(ulong number);
}

/// <summary>Our orchestrator on the chain, to which tickets are paid: the signer's account, or the one it signs for (protocol §9.3).</summary>
/// <param name="Value">The address.</param>
public sealed record OrchestratorAddress(Address Value);

/// <summary>Who wants to see logs of senders and stake as soon as they are in a block, which may still be replaced.</summary>
public interface ISeenLogs
{
    /// <summary>New logs, in the chain's order. What fails here is tried again with the same and later logs.</summary>
    /// <param name="logs">The logs.</param>
    /// <param name="contracts">Where the contracts are that wrote them.</param>
    /// <param name="cancellationToken">The server ends.</param>
    Task SeenAsync(IReadOnlyList<ChainLog> logs, ContractAddresses contracts, CancellationToken cancellationToken);
}
