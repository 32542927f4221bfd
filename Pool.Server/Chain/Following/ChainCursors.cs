using Npgsql;
using Pool.Server.Chain.Rpc;
using Pool.Server.Data;
using Pool.Shared.Ethereum;

namespace Pool.Server.Chain.Following;

/// <summary>The last block whose events are booked.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Hash">Its hash: the proof that it is still the same chain.</param>
internal readonly record struct ChainCursor(ulong Number, Bytes32 Hash);

/// <summary>How far the events of blocks that stay are booked, for each owner, in Postgres.</summary>
internal sealed class ChainCursors(IEthereumRpc rpc, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The owner's cursor; null when its books have not begun.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<ChainCursor?> ReadAsync(string owner, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT block_number, block_hash FROM chain_cursors WHERE chain_id = $1 AND owner = $2", (decimal)rpc.ChainId, owner);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new ChainCursor((ulong)reader.GetInt64(0), new Bytes32(reader.GetFieldValue<byte[]>(1)))
            : null;
    }

    /// <summary>Books and moves the cursor, both or neither.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    /// <exception cref="ChainReplacedException">The cursor is not where it was read.</exception>
    public async Task<ChainCursor> MoveAsync(
        string owner, ChainCursor? from, ChainCursor to, Func<NpgsqlTransaction, Task> book, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = transaction.CreateCommand(
            """
            INSERT INTO chain_cursors (chain_id, owner, block_number, block_hash, moved_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (chain_id, owner) DO UPDATE SET block_number = excluded.block_number, block_hash = excluded.block_hash, moved_at = excluded.moved_at
            WHERE chain_cursors.block_number = $6
            """,
            (decimal)rpc.ChainId, owner, (long)to.Number, to.Hash.ToBytes(), time.GetUtcNow(), from is { } at ? (long)at.Number : -1L))
        {
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                throw new ChainReplacedException($"Somebody else has moved the cursor of '{owner}': does a second server use this database?");
            }
        }

        await book(transaction);
        await transaction.CommitAsync(cancellationToken);
        return to;
    }
}

/// <summary>A block whose events were booked is not the chain's any more, or somebody else books.</summary>
internal sealed class ChainReplacedException(string message) : Exception(message);
