using System.Numerics;
using Npgsql;
using Pool.Server.Chain.Following;
using Pool.Server.Data;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Rounds.Income;

/// <summary>The rows of rounds, written in the caller's transaction.</summary>
internal static class RoundsTable
{
    /// <summary>A round has begun with this block.</summary>
    public static async Task BeginAsync(
        NpgsqlTransaction transaction, long round, ulong block, Bytes32 blockHash, Bytes32 storedHash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = transaction.CreateCommand(
            "INSERT INTO rounds (number, block_number, block_hash, stored_hash, booked_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (number) DO NOTHING",
            round, (long)block, blockHash.ToBytes(), storedHash.ToBytes(), now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The round that a block is of.</summary>
    public static async Task<long> OfBlockAsync(NpgsqlTransaction transaction, ulong block, CancellationToken cancellationToken)
    {
        await using var command = transaction.CreateCommand("SELECT number FROM rounds WHERE block_number <= $1 ORDER BY block_number DESC, number DESC LIMIT 1", (long)block);
        return await command.ExecuteScalarAsync(cancellationToken) is long round
            ? round
            : throw new System.Diagnostics.UnreachableException($"Block {block} is before the first round of the books.");
    }

    /// <summary>Adds what a block brought to its round.</summary>
    public static async Task AddAsync(
        NpgsqlTransaction transaction, long round, FigureChange change, Wei withdrawn, FinalEvent? reward, CancellationToken cancellationToken)
    {
        var fees = BigInteger.Max(change.After.Fees.Value + withdrawn.Value - change.Before.Fees.Value, BigInteger.Zero);
        await using (var command = transaction.CreateCommand("UPDATE rounds SET fees_in = fees_in + $2 WHERE number = $1", round, fees))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        if (reward is not null)
        {
            var own = BigInteger.Max(change.After.Stake.Value - change.Before.Stake.Value, BigInteger.Zero);
            await using var command = transaction.CreateCommand(
                "UPDATE rounds SET reward_transaction = $2, minted = $3, own_share = $4 WHERE number = $1",
                round, reward.Log.Transaction.ToBytes(), reward.Values["amount"].AsNumber(), own);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
