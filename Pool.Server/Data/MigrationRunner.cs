using Npgsql;
using Pool.Server.Node;

namespace Pool.Server.Data;

/// <summary>
/// Brings the database up to date: every migration in its own transaction, in order, once, under an advisory lock so that two
/// servers that start together do not race (ADR 0005).
/// </summary>
public sealed partial class MigrationRunner(NpgsqlDataSource database, ILogger<MigrationRunner> logger)
{
    /// <summary>Key of the advisory lock; any number that nobody else in this database uses.</summary>
    private const long LockKey = 0x506F6F6C_4D696772;

    private const string JournalTable = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            name       text        PRIMARY KEY,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """;

    /// <summary>Applies what is missing and returns its names.</summary>
    /// <exception cref="StartUpException">An applied migration was edited, or the database is newer than this server.</exception>
    public Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken) => RunAsync(Migration.All, cancellationToken);

    internal async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<Migration> migrations, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            await ExecuteAsync(connection, JournalTable, cancellationToken);
            var applied = await ReadAppliedAsync(connection, cancellationToken);
            var missing = Missing(migrations, applied);
            foreach (var migration in missing)
            {
                await ApplyAsync(connection, migration, cancellationToken);
                LogApplied(migration.Name);
            }

            return [.. missing.Select(migration => migration.Name)];
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private static List<Migration> Missing(IReadOnlyList<Migration> migrations, Dictionary<string, string> applied)
    {
        var unknown = applied.Keys.Except(migrations.Select(migration => migration.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal).FirstOrDefault();
        if (unknown is not null)
        {
            throw new StartUpException($"The database has migration {unknown}, which this server does not know: it was made by a newer version.");
        }

        foreach (var migration in migrations)
        {
            if (applied.TryGetValue(migration.Name, out var checksum) && checksum != migration.Checksum)
            {
                throw new StartUpException($"Migration {migration.Name} was edited after it had been applied to this database: restore the file and write a new migration.");
            }
        }

        return [.. migrations.Where(migration => !applied.ContainsKey(migration.Name))];
    }

    private static async Task<Dictionary<string, string>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT name, checksum FROM schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            applied.Add(reader.GetString(0), reader.GetString(1));
        }

        return applied;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, migration.Sql, cancellationToken);
            await using var journal = new NpgsqlCommand("INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", connection)
            {
                Parameters = { new() { Value = migration.Name }, new() { Value = migration.Checksum } },
            };
            await journal.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (PostgresException refused)
        {
            throw new StartUpException($"Migration {migration.Name} failed and was rolled back: {refused.MessageText}.", refused);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied migration {Name}")]
    private partial void LogApplied(string name);
}
