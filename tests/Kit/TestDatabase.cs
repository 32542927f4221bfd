using Npgsql;

namespace Pool.Tests.Kit;

/// <summary>An empty database of its own on the cluster that <c>./pool test</c> or <c>./pool bench</c> started (<c>POOL_TEST_DB</c>).</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _cluster;
    private readonly string _name = $"test_{Guid.NewGuid():N}";

    private TestDatabase(string cluster)
    {
        _cluster = cluster;
        Connection = new NpgsqlConnectionStringBuilder(cluster) { Database = _name, Pooling = false }.ConnectionString;
    }

    /// <summary>How the one who made it looks at it: without pooled connections.</summary>
    public string Connection { get; }

    /// <summary>How a server reaches it: with a pool, as it is in earnest.</summary>
    public string Pooled => new NpgsqlConnectionStringBuilder(Connection) { Pooling = true }.ConnectionString;

    public static async Task<TestDatabase> CreateAsync()
    {
        var cluster = Environment.GetEnvironmentVariable("POOL_TEST_DB")
            ?? throw new InvalidOperationException("POOL_TEST_DB is not set: run the tests with ./pool test, benchmarks with ./pool bench.");
        var database = new TestDatabase(cluster);
        await database.ExecuteAsync($"CREATE DATABASE {database._name}");
        return database;
    }

    /// <summary>One number out of it.</summary>
    public async Task<long> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Connection);
        return await source.ScalarAsync(sql);
    }

    /// <summary>Ends every connection to the database, as a Postgres that is killed and started again does.</summary>
    public Task CutAsync() => ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name}'");

    /// <summary>The database is away: nobody is let in, and whoever is in is thrown out.</summary>
    public async Task CloseAsync()
    {
        await ExecuteAsync($"ALTER DATABASE {_name} ALLOW_CONNECTIONS false");
        await CutAsync();
    }

    /// <summary>It is back.</summary>
    public Task OpenAsync() => ExecuteAsync($"ALTER DATABASE {_name} ALLOW_CONNECTIONS true");

    public async ValueTask DisposeAsync() => await ExecuteAsync($"DROP DATABASE {_name} WITH (FORCE)");

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_cluster);
        await source.ExecuteAsync(sql);
    }
}
