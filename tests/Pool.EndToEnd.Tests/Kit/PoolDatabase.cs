using Npgsql;

namespace Pool.EndToEnd.Tests.Kit;

/// <summary>An empty database of its own on the tests' Postgres; it goes with its disposal.</summary>
internal sealed class PoolDatabase : IAsyncDisposable
{
    private readonly string _name = $"e2e_{Guid.NewGuid():N}";

    private PoolDatabase() =>
        Connection = new NpgsqlConnectionStringBuilder(Cluster()) { Database = _name, Pooling = false }.ConnectionString;

    /// <summary>How a server reaches it.</summary>
    public string Connection { get; }

    /// <summary>Makes it.</summary>
    public static async Task<PoolDatabase> CreateAsync()
    {
        var database = new PoolDatabase();
        await ExecuteAsync($"CREATE DATABASE {database._name}");
        return database;
    }

    /// <summary>A number from it.</summary>
    public async Task<long> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Connection);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;   // the caller asks for a number
    }

    public async ValueTask DisposeAsync() => await ExecuteAsync($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");

    private static string Cluster() => Environment.GetEnvironmentVariable("POOL_TEST_DB")
        ?? throw new InvalidOperationException("POOL_TEST_DB is not set: run the tests with ./pool test.");

    private static async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Cluster());
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
