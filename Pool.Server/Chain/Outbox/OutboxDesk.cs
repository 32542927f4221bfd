using Npgsql;
using Pool.Server.Data;

namespace Pool.Server.Chain.Outbox;

/// <summary>An intent as the operator sees it. Amounts are decimal digits.</summary>
public sealed record OutboxLine(
    string Key, string Purpose, string State, ulong? Nonce, string To, string ValueWei, int Attempts, string MaxFeeWei, string? Transaction, ulong? Block, string Detail, string Alarm,
    DateTimeOffset PlacedAt, DateTimeOffset? FinalAt);

/// <summary>An account as the operator sees it.</summary>
public sealed record OutboxAccountLine(ulong ChainId, string Account, ulong NextNonce, string Halt);

/// <summary>What the operator sees: accounts, open intents, the last that ended.</summary>
public sealed record OutboxReport(IReadOnlyList<OutboxAccountLine> Accounts, IReadOnlyList<OutboxLine> Open, IReadOnlyList<OutboxLine> Ended);

/// <summary>What the operator reads of the outbox and may say to it, straight from the database, also while no server runs.</summary>
public sealed class OutboxDesk(NpgsqlDataSource database)
{
    /// <summary>Lines of each kind.</summary>
    public const int MaxLines = 1_000;

    /// <summary>Reads it.</summary>
    public async Task<OutboxReport> ReadAsync(int limit, CancellationToken cancellationToken)
    {
        var lines = Math.Clamp(limit, 1, MaxLines);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var open = await IntentReader.ReadAsync(connection, "WHERE state IN ('planned', 'sent', 'mined') ORDER BY id LIMIT $1", [lines], cancellationToken);
        var ended = await IntentReader.ReadAsync(connection, "WHERE final_at IS NOT NULL ORDER BY final_at DESC, id DESC LIMIT $1", [lines], cancellationToken);
        return new OutboxReport(await AccountsAsync(connection, cancellationToken), [.. open.Select(Line)], [.. ended.Select(Line)]);
    }

    /// <summary>Accepts that others used an account's nonces below this one; only what the outbox itself has named.</summary>
    /// <returns>Whether it was named.</returns>
    public async Task<bool> AcceptAsync(ulong nonce, CancellationToken cancellationToken)
    {
        if (nonce > long.MaxValue)
        {
            return false;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand($"""
            WITH accepted AS (
                UPDATE tx_accounts SET accepted_nonce = greatest(accepted_nonce, $1), next_nonce = greatest(next_nonce, $1), halt_nonce = NULL WHERE halt_nonce = $1 RETURNING 1)
            SELECT count(pg_notify('{PostgresOutbox.Channel}', '')) FROM accepted
            """, (long)nonce);
        return (long)(await command.ExecuteScalarAsync(cancellationToken) ?? 0L) > 0;
    }

    /// <summary>Asks that an intent is not done: before it is signed it is refused, after that its nonce goes to a transaction that does nothing, if that is still in time.</summary>
    /// <returns>Whether there is such an intent that is not final.</returns>
    public async Task<bool> CancelAsync(string key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand($"""
            WITH asked AS (UPDATE tx_intents SET cancel_asked = true WHERE key = $1 AND final_at IS NULL RETURNING 1)
            SELECT count(pg_notify('{PostgresOutbox.Channel}', '')) FROM asked
            """, key);
        return (long)(await command.ExecuteScalarAsync(cancellationToken) ?? 0L) > 0;
    }

    private static async Task<IReadOnlyList<OutboxAccountLine>> AccountsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand("SELECT chain_id, account, next_nonce, halt FROM tx_accounts ORDER BY chain_id, account");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var accounts = new List<OutboxAccountLine>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var account = Pool.Shared.Ethereum.Address.FromWire(reader.GetFieldValue<byte[]>(1));
            accounts.Add(new OutboxAccountLine((ulong)reader.GetInt64(0), account.ToString(), (ulong)reader.GetInt64(2), reader.GetString(3)));
        }

        return accounts;
    }

    private static OutboxLine Line(StoredIntent intent) => new(
        intent.Order.Key,
        intent.Order.Purpose.ToString(),
        IntentReader.Word(intent.State),
        intent.Nonce,
        intent.Order.To.ToString(),
        intent.Order.Value.ToDigits(),
        intent.Attempts.Count,
        intent.Attempts.Count > 0 ? intent.LastAttempt.Fees.Max.ToDigits() : "",
        intent.ToIntent().Transaction?.ToString(),
        intent.Mined?.Block,
        intent.Detail,
        intent.Alarm,
        intent.PlacedAt,
        intent.FinalAt);
}
