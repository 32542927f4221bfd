using Microsoft.Extensions.Options;
using Npgsql;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Server.Chain.Following;

/// <summary>A log that stays, decoded.</summary>
/// <param name="Log">The log.</param>
/// <param name="Event">Which event it is.</param>
/// <param name="Values">Its parameters.</param>
public sealed record FinalEvent(ChainLog Log, AbiEvent Event, AbiArguments Values);

/// <summary>Blocks that stay, and what happened in them.</summary>
/// <param name="From">First block; null when the books begin here: what was before is not in them.</param>
/// <param name="To">Last block, included.</param>
/// <param name="ToHash">Hash of that block.</param>
/// <param name="Events">The events that were wanted, in the chain's order.</param>
public sealed record FinalBlocks(ulong? From, ulong To, Bytes32 ToHash, IReadOnlyList<FinalEvent> Events);

/// <summary>Who books events once they stay. It has a cursor of its own and hears of every block once, in the order of the chain.</summary>
public interface IFinalEventOwner
{
    /// <summary>Name of its cursor; never another one.</summary>
    string Name { get; }

    /// <summary>The events it wants, with the contract that writes them.</summary>
    IReadOnlyList<(Address Contract, AbiEvent Event)> Wanted(ContractAddresses contracts);

    /// <summary>Reads what else it needs to know of these blocks, before the transaction; again when that fails.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    Task PrepareAsync(FinalBlocks step, CancellationToken cancellationToken);

    /// <summary>Books them in the transaction in which its cursor moves past them.</summary>
    /// <exception cref="NpgsqlException">The database is away; they come again.</exception>
    Task BookAsync(NpgsqlTransaction transaction, FinalBlocks step, CancellationToken cancellationToken);
}

/// <summary>
/// Follows the events of blocks that stay, with a stored cursor for each owner. A cursor whose block is not the chain's any more stops all booking: then
/// something was booked that did not happen, or this is another chain, and a person has to look.
/// </summary>
internal sealed partial class FinalEvents(
    IEthereumRpc rpc, ChainFollower follower, IOptions<ChainOptions> options, IEnumerable<IFinalEventOwner> owners, ChainCursors cursors,
    TimeProvider time, ILogger<FinalEvents> logger) : BackgroundService
{
    /// <summary>Blocks of one step, which is one transaction.</summary>
    private const ulong MaxStep = 5000;

    private readonly FinalityRule _finality = FinalityRule.Parse(options.Value.Finality);
    private string? _failure;

    /// <summary>Why nothing is booked now; null when all is well.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <summary>Books what has become final.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    /// <exception cref="ChainReplacedException">A cursor's block is not the chain's any more.</exception>
    public async Task BookAsync(CancellationToken cancellationToken)
    {
        if (await _finality.LastAsync(rpc, follower.Now.Head, cancellationToken) is not { } last)
        {
            return;
        }

        foreach (var owner in owners)
        {
            var cursor = await cursors.ReadAsync(owner.Name, cancellationToken) ?? await StepAsync(owner, null, last, cancellationToken);
            while (cursor.Number < last)
            {
                if (await HashAsync(cursor.Number, cancellationToken) is var hash && hash != cursor.Hash)
                {
                    throw new ChainReplacedException(
                        $"Block {cursor.Number} was {cursor.Hash} when its events were booked and is {hash?.ToString() ?? "not there"} now: was Chain:Finality too short, or is this another chain?");
                }

                cursor = await StepAsync(owner, cursor, Math.Min(last, cursor.Number + MaxStep), cancellationToken);
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        EveryBlock.DoAsync(follower.NextChange, options.Value.PollInterval, time, BookAsync, Fail, stoppingToken, () => Volatile.Write(ref _failure, null));

    private void Fail(string fault)
    {
        Volatile.Write(ref _failure, fault);
        LogFailure(fault);
    }

    private async Task<Bytes32?> HashAsync(ulong number, CancellationToken cancellationToken) => (await rpc.BlockAsync(BlockTag.At(number), cancellationToken))?.Hash;

    private async Task<ChainCursor> StepAsync(IFinalEventOwner owner, ChainCursor? cursor, ulong to, CancellationToken cancellationToken)
    {
        var hash = await HashAsync(to, cancellationToken) ?? throw new RpcException($"Block {to} is final and the node does not have it.");
        var events = cursor is { } at ? await EventsAsync(owner, at.Number + 1, to, cancellationToken) : [];
        var step = new FinalBlocks(cursor?.Number + 1, to, hash, events);
        await owner.PrepareAsync(step, cancellationToken);
        return await cursors.MoveAsync(
            owner.Name, cursor, new ChainCursor(to, hash), transaction => owner.BookAsync(transaction, step, cancellationToken), cancellationToken);
    }

    private async Task<IReadOnlyList<FinalEvent>> EventsAsync(IFinalEventOwner owner, ulong from, ulong to, CancellationToken cancellationToken)
    {
        var wanted = owner.Wanted(((IContracts)follower).Now);
        if (wanted.Count == 0)
        {
            return [];
        }

        var filter = new LogFilter(from, to, [.. wanted.Select(entry => entry.Contract).Distinct()], [.. wanted.Select(entry => entry.Event.Topic).Distinct()]);
        return
        [
            .. from log in await rpc.LogsAsync(filter, cancellationToken)
               from entry in wanted
               where entry.Contract == log.Contract && entry.Event.Matches(log.Topics)
               select new FinalEvent(log, entry.Event, entry.Event.DecodeLog(log.Topics, log.Data)),
        ];
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "No events of the chain are booked: {Fault}")]
    private partial void LogFailure(string fault);
}
