using Npgsql;

namespace Pool.Server.Settlement.Partitions;

/// <summary>
/// Makes and drops the days' partitions. Every statement is in a transaction that holds an advisory lock, so that two servers do not do it at once. Names and
/// bounds are made of a date by <see cref="DayPartition"/>, never of anything from outside.
/// </summary>
internal sealed class PartitionTables(NpgsqlDataSource database)
{
    /// <summary>Key of the advisory lock; any number that nobody else in this database uses.</summary>
    private const long LockKey = 0x506F6F6C_50617274;

    private const string List = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'segments'::regclass";

    /// <summary>Days that are found at once; the next time finds more.</summary>
    private const int MaxStrays = 100;

    /// <summary>Sessions that are dropped at once: nothing can be booked meanwhile.</summary>
    public const int MaxSessions = 10_000;

    /// <summary>L1 blocks for which ticket parameters are valid (protocol §5.4, expirationBlock).</summary>
    public const int ParametersLiveBlocks = 40;

    private static readonly string[] s_dropPayments =
    [
        $"""
        DELETE FROM payments WHERE id IN (
            SELECT id FROM payments WHERE received_at < $1 AND expiration_block <= (SELECT max(expiration_block) - {ParametersLiveBlocks} FROM payments) LIMIT {MaxSessions})
        """,
        $"DELETE FROM debits WHERE segment_id IN (SELECT segment_id FROM debits WHERE received_at < $1 LIMIT {MaxSessions})",
        $"""
        DELETE FROM payment_sessions WHERE (sender, session_id) IN (
            SELECT sender, session_id FROM payment_sessions s
            WHERE updated_at < $1
                AND NOT EXISTS (SELECT FROM payments WHERE sender = s.sender AND session_id = s.session_id)
                AND NOT EXISTS (SELECT FROM debits WHERE sender = s.sender AND session_id = s.session_id)
            LIMIT {MaxSessions})
        """,
    ];

    private static readonly string s_strays = $"SELECT DISTINCT (received_at AT TIME ZONE 'UTC')::date FROM segments_default ORDER BY 1 LIMIT {MaxStrays}";

    /// <summary>The days that have partitions, oldest first.</summary>
    public async Task<IReadOnlyList<DayPartition>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await ReadAsync(List, row => DayPartition.OfSegments(row.GetString(0)), cancellationToken)).OfType<DayPartition>().OrderBy(day => day.Day)];

    /// <summary>Days without partitions whose segments are in the default one: they came before it was made, or after it had been dropped.</summary>
    public Task<List<DayPartition>> ListStraysAsync(CancellationToken cancellationToken) =>
        ReadAsync(s_strays, row => new DayPartition(row.GetFieldValue<DateOnly>(0)), cancellationToken);

    /// <summary>Makes the pair of a day, and moves what came in before it was there out of the default partitions. False when it is there.</summary>
    public Task<bool> MakeAsync(DayPartition day, CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            if (await ExistsAsync(connection, day, cancellationToken))
            {
                return false;
            }

            await ExecuteAsync(connection, Make(day), cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>Drops the pair of a day unless one of its epochs is not closed and matured. Null when it is dropped; else such an epoch.</summary>
    public Task<long?> DropAsync(DayPartition day, CancellationToken cancellationToken) => InTransactionAsync<long?>(
        async connection =>
        {
            if (!await ExistsAsync(connection, day, cancellationToken))
            {
                return null;
            }

            // Nothing is booked into the day between the look and the drop.
            await ExecuteAsync(connection, $"LOCK TABLE {day.SegmentsTable}, {day.ContributionsTable} IN SHARE MODE", cancellationToken);
            await using var open = new NpgsqlCommand(
                $"""
                SELECT min(used.epoch) FROM (SELECT epoch FROM {day.SegmentsTable} UNION SELECT epoch FROM {day.ContributionsTable}) used
                JOIN epochs e ON e.id = used.epoch WHERE e.closed_at IS NULL OR e.matured_at IS NULL OR e.matured_at > now()
                """,
                connection);
            if (await open.ExecuteScalarAsync(cancellationToken) is long epoch)
            {
                return epoch;
            }

            await ExecuteAsync(connection, $"DROP TABLE {day.ContributionsTable}; DROP TABLE {day.SegmentsTable}", cancellationToken);
            return null;
        },
        cancellationToken);

    /// <summary>Drops sessions that were opened before a day and have no segments any more. How many: at most <see cref="MaxSessions"/>.</summary>
    public Task<int> DropSessionsAsync(DateOnly before, CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            // A group of records on its way into the books may name such a session again: it comes before, or makes it anew after.
            await ExecuteAsync(connection, "LOCK TABLE sessions IN SHARE ROW EXCLUSIVE MODE", cancellationToken);
            await using var command = new NpgsqlCommand(
                $"""
                DELETE FROM sessions WHERE id IN (
                    SELECT id FROM sessions s WHERE opened_at < $1 AND NOT EXISTS (SELECT FROM segments WHERE session_id = s.id) LIMIT {MaxSessions})
                """,
                connection)
            {
                Parameters = { new() { Value = before.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) } },
            };
            return await command.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    /// <summary>
    /// Drops payments and debits of before a day, and the balances of sessions that nothing has touched since and that have none of them left. How many rows: at
    /// most so many of each kind as <see cref="MaxSessions"/> says.
    /// </summary>
    /// <remarks>
    /// Whether ticket parameters have expired is told by the newest ones: parameters live for <see cref="ParametersLiveBlocks"/> L1 blocks, so those that expire that
    /// much before the newest did so before the newest were offered.
    /// </remarks>
    public Task<int> DropPaymentsAsync(DateOnly before, CancellationToken cancellationToken) => InTransactionAsync(
        async connection =>
        {
            var dropped = 0;
            foreach (var statement in s_dropPayments)
            {
                await using var command = new NpgsqlCommand(statement, connection)
                {
                    Parameters = { new() { Value = before.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) } },
                };
                dropped += await command.ExecuteNonQueryAsync(cancellationToken);
            }

            return dropped;
        },
        cancellationToken);

    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static string Make(DayPartition day) =>
        $"""
        CREATE TABLE {day.SegmentsTable} (LIKE segments INCLUDING ALL);
        CREATE TABLE {day.ContributionsTable} (LIKE contributions INCLUDING ALL);
        LOCK TABLE segments_default, contributions_default IN ACCESS EXCLUSIVE MODE;
        INSERT INTO {day.SegmentsTable} SELECT * FROM segments_default WHERE received_at >= '{day.From}' AND received_at < '{day.To}';
        INSERT INTO {day.ContributionsTable} SELECT * FROM contributions_default WHERE received_at >= '{day.From}' AND received_at < '{day.To}';
        DELETE FROM contributions_default WHERE received_at >= '{day.From}' AND received_at < '{day.To}';
        DELETE FROM segments_default WHERE received_at >= '{day.From}' AND received_at < '{day.To}';
        ALTER TABLE {day.ContributionsTable} ADD CONSTRAINT {day.ContributionsTable}_segment_fkey
            FOREIGN KEY (segment_id, received_at) REFERENCES {day.SegmentsTable} (id, received_at);
        ALTER TABLE segments ATTACH PARTITION {day.SegmentsTable} FOR VALUES FROM ('{day.From}') TO ('{day.To}');
        ALTER TABLE contributions ATTACH PARTITION {day.ContributionsTable} FOR VALUES FROM ('{day.From}') TO ('{day.To}');
        """;

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, DayPartition day, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection) { Parameters = { new() { Value = day.SegmentsTable } } };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<T> InTransactionAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        var result = await work(connection);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
