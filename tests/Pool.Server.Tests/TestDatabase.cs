using Npgsql;

namespace Pool.Server.Tests;

/// <summary>An empty database of its own on the cluster that <c>./pool test</c> started (<c>POOL_TEST_DB</c>).</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _cluster;
    private readonly string _name = $"test_{Guid.NewGuid():N}";

    private TestDatabase(string cluster)
    {
        _cluster = cluster;
        Connection = new NpgsqlConnectionStringBuilder(cluster) { Database = _name, Pooling = false }.ConnectionString;
    }

    public string Connection { get; }

    public static async Task<TestDatabase> CreateAsync()
    {
        var cluster = Environment.GetEnvironmentVariable("POOL_TEST_DB")
            ?? throw new InvalidOperationException("POOL_TEST_DB is not set: run the tests with ./pool test.");
        var database = new TestDatabase(cluster);
        await database.ExecuteAsync($"CREATE DATABASE {database._name}");
        return database;
    }

    public async ValueTask DisposeAsync() => await ExecuteAsync($"DROP DATABASE {_name} WITH (FORCE)");

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_cluster);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
