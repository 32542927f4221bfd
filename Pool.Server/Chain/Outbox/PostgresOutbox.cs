using Npgsql;
using Pool.Server.Data;

namespace Pool.Server.Chain.Outbox;

/// <summary>The door of the outbox: rows, and a word to whoever sends.</summary>
internal sealed class PostgresOutbox(NpgsqlDataSource database, OutboxAccount sender, OutboxMetrics metrics, TimeProvider time) : IOutbox
{
    /// <summary>Where the one who sends listens.</summary>
    public const string Channel = "pool_outbox";

    /// <summary>Longest key.</summary>
    public const int MaxKeyLength = 200;

    /// <summary>Most call data: Arbitrum's blocks take about 95,000 bytes (contracts §10).</summary>
    public const int MaxDataBytes = 100 * 1024;

    public async Task PlaceAsync(NpgsqlTransaction transaction, IntentOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        RequireSound(order);
        var connection = transaction.Connection ?? throw new ArgumentException("The transaction is over.", nameof(transaction));
        if (await InsertAsync(connection, order, cancellationToken))
        {
            metrics.CountPlaced(order.Purpose);
            return;
        }

        var same = await IntentReader.ReadAsync(connection, "WHERE key = $1", [order.Key], cancellationToken);
        RequireSame(same is [var one] ? one : throw new OutboxException($"{order.Key} was placed at the same time by somebody else: try again."), order);
    }

    public async Task PlaceAsync(IntentOrder order, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await PlaceAsync(transaction, order, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<Intent?> FindAsync(string key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var found = await IntentReader.ReadAsync(connection, "WHERE key = $1", [key], cancellationToken);
        return found is [var intent] ? intent.ToIntent() : null;
    }

    public async Task<bool> IsSettledAsync(ulong block, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT NOT EXISTS (SELECT FROM tx_intents WHERE chain_id = $1 AND account = $2 AND state IN ('sent', 'mined'))
                AND coalesce((SELECT mined_block FROM tx_intents WHERE chain_id = $1 AND account = $2 AND nonce IS NOT NULL ORDER BY nonce DESC LIMIT 1), 0) <= $3
            """,
            (long)sender.ChainId, sender.Account.ToBytes(), (long)block);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static void RequireSound(IntentOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (order.Key.Length is 0 or > MaxKeyLength || order.Data.Length > MaxDataBytes || order.GasLimit is 0 or > long.MaxValue || !Enum.IsDefined(order.Purpose))
        {
            throw new OutboxException($"{order.Key} cannot be placed: a key has 1 to {MaxKeyLength} characters, data at most {MaxDataBytes} bytes, a gas limit is above zero.");
        }
    }

    private void RequireSame(StoredIntent stored, IntentOrder order)
    {
        var was = stored.Order;
        if (stored.Sender != sender || was.Purpose != order.Purpose || was.To != order.To || was.Value != order.Value || was.GasLimit != order.GasLimit
            || !was.Data.Span.SequenceEqual(order.Data.Span))
        {
            throw new OutboxException($"{order.Key} was used for something else: {was.Purpose} to {was.To} with {was.Value} and {was.Data.Length} bytes.");
        }

        if (stored.State is IntentState.Reverted or IntentState.Refused)
        {
            throw new OutboxException($"{order.Key} is {IntentReader.Word(stored.State)} for good ({stored.Detail}): to try again choose a new key.");
        }
    }

    private async Task<bool> InsertAsync(NpgsqlConnection connection, IntentOrder order, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand(
            $"""
            WITH placed AS (
                INSERT INTO tx_intents (key, purpose, chain_id, account, recipient, value, data, gas_limit, placed_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (key) DO NOTHING RETURNING id)
            SELECT count(pg_notify('{Channel}', '')) FROM placed
            """,
            order.Key, order.Purpose.ToString(), (long)sender.ChainId, sender.Account.ToBytes(), order.To.ToBytes(), order.Value.Value, order.Data.ToArray(),
            (long?)order.GasLimit, time.GetUtcNow());
        return (long)(await command.ExecuteScalarAsync(cancellationToken) ?? 0L) == 1;
    }
}
