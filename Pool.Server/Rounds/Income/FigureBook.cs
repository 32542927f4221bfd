using System.Collections.Concurrent;
using System.Numerics;
using Npgsql;
using Pool.Server.Chain;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Following;
using Pool.Server.Chain.Rpc;
using Pool.Server.Data;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Rounds.Income;

/// <summary>What the protocol holds for the orchestrator at a block.</summary>
/// <param name="Fees">Fees that could be withdrawn.</param>
/// <param name="Stake">Own stake with all rewards.</param>
internal readonly record struct HeldByProtocol(Wei Fees, LptWei Stake);

/// <summary>What a block changed of it.</summary>
internal readonly record struct FigureChange(HeldByProtocol Before, HeldByProtocol After);

/// <summary>
/// Reads what the protocol holds for the orchestrator around every block in which that changes, as soon as the block is there: when it has become final, nodes
/// may have forgotten its state. Events tell that something changed, never by how much (chain §3: what was credited is not what was paid).
/// </summary>
internal sealed partial class FigureBook(
    IEthereumRpc rpc, OrchestratorAddress orchestrator, NpgsqlDataSource database, TimeProvider time, ILogger<FigureBook> logger) : ISeenLogs
{
    private const string Insert = """
        INSERT INTO chain_figures (block_hash, block_number, fees_before, fees_after, stake_before, stake_after, observed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (block_hash)
        """;

    private const string Keep = $"{Insert} DO NOTHING";

    private const string Correct = $"""
        {Insert} DO UPDATE SET fees_before = excluded.fees_before, fees_after = excluded.fees_after, stake_before = excluded.stake_before, stake_after = excluded.stake_after,
            observed_at = excluded.observed_at
        """;

    private readonly ConcurrentDictionary<Bytes32, (ulong Number, FigureChange Change)> _unkept = new();

    public async Task SeenAsync(IReadOnlyList<ChainLog> logs, ContractAddresses contracts, CancellationToken cancellationToken)
    {
        foreach (var block in logs.Where(IsOurs).DistinctBy(log => log.BlockHash))
        {
            if (!_unkept.ContainsKey(block.BlockHash) && await ReadAroundAsync(contracts, block.BlockNumber, block.BlockHash, cancellationToken) is { } change)
            {
                _unkept[block.BlockHash] = (block.BlockNumber, change);
            }
        }

        try
        {
            await KeepAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            // They stay in memory until the database is back, and are kept before anything is booked from them.
        }
    }

    /// <summary>Whether a log is of something that changes our figures.</summary>
    public bool IsOurs(ChainLog log) => log.Topics.Skip(1).Any(topic => topic == Padded(orchestrator.Value));

    /// <summary>
    /// What a block that stays has changed. What the node says now goes before what it said when the block was new: its newest state may not have been that block's. What was seen then is for nodes
    /// that have forgotten the block's state since.
    /// </summary>
    /// <exception cref="RpcException">The node does not know it (any more).</exception>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<FigureChange> OfAsync(ContractAddresses contracts, ulong number, Bytes32 hash, CancellationToken cancellationToken)
    {
        await KeepAsync(cancellationToken);
        var seen = await FindAsync(hash, cancellationToken);
        FigureChange? read;
        try
        {
            read = await ReadAroundAsync(contracts, number, hash, cancellationToken);
        }
        catch (Exception forgotten) when (forgotten is RpcException or ContractException && seen is not null)
        {
            return seen.Value;
        }

        var change = read ?? throw new RpcException($"Block {number} is final and its hash is another one.");
        if (change != seen)
        {
            await WriteAsync(Correct, number, hash, change, cancellationToken);
            if (seen is { } was)
            {
                LogCorrected(number, $"{was}", $"{change}");   // a node that says two things of one block is worth a word
            }
        }

        return change;
    }

    /// <summary>What the protocol holds for us at a block.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="ContractException">The BondingManager did not answer as one.</exception>
    public async Task<HeldByProtocol> ReadAsync(ContractAddresses contracts, BlockTag at, CancellationToken cancellationToken)
    {
        var bonding = contracts.BondingManager;
        var answers = await rpc.ReadAsync(
            [
                new ContractRead(bonding, BondingManagerAbi.PendingFees, orchestrator.Value, BigInteger.Zero),
                new ContractRead(bonding, BondingManagerAbi.PendingStake, orchestrator.Value, BigInteger.Zero),
            ],
            at, cancellationToken);
        return new HeldByProtocol(answers[0][0].AsWei(), answers[1][0].AsLptWei());
    }

    private static Bytes32 Padded(Address address) => Bytes32.FromWire(address.ToBytes());

    /// <summary>The figures before and after a block; null when another block has taken its place.</summary>
    private async Task<FigureChange?> ReadAroundAsync(ContractAddresses contracts, ulong number, Bytes32 hash, CancellationToken cancellationToken)
    {
        var before = await ReadAsync(contracts, BlockTag.At(number - 1), cancellationToken);
        var change = new FigureChange(before, await ReadAsync(contracts, BlockTag.At(number), cancellationToken));
        return (await rpc.BlockAsync(BlockTag.At(number), cancellationToken))?.Hash == hash ? change : null;
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        foreach (var (hash, (number, change)) in _unkept)
        {
            await WriteAsync(Keep, number, hash, change, cancellationToken);
            _unkept.TryRemove(hash, out _);
        }
    }

    private async Task WriteAsync(string how, ulong number, Bytes32 hash, FigureChange change, CancellationToken cancellationToken)
    {
        var (before, after) = (change.Before, change.After);
        await using var command = database.CreateCommand(
            how, hash.ToBytes(), (long)number, before.Fees.Value, after.Fees.Value, before.Stake.Value, after.Stake.Value, time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<FigureChange?> FindAsync(Bytes32 hash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT fees_before, fees_after, stake_before, stake_after FROM chain_figures WHERE block_hash = $1", hash.ToBytes());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        BigInteger At(int column) => reader.GetFieldValue<BigInteger>(column);
        return new FigureChange(
            new HeldByProtocol(new Wei(At(0)), new LptWei(At(2))), new HeldByProtocol(new Wei(At(1)), new LptWei(At(3))));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Block {Number} was {Seen} when it was new, and is {Change} now that it stays: what stays is booked")]
    private partial void LogCorrected(ulong number, string seen, string change);
}
