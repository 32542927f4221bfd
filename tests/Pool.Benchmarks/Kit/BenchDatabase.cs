using Npgsql;

namespace Pool.Benchmarks.Kit;

/// <summary>An empty database of its own on the cluster that <c>./pool bench</c> started (<c>POOL_TEST_DB</c>), durable as in earnest.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    private readonly string _cluster;
    private readonly string _name = $"bench_{Guid.NewGuid():N}";

    private BenchDatabase(string cluster)
    {
        _cluster = cluster;
        Connection = new NpgsqlConnectionStringBuilder(cluster) { Database = _name }.ConnectionString;
    }

    public string Connection { get; }

    /// <exception cref="InvalidOperationException">There is no cluster.</exception>
    public static async Task<BenchDatabase> CreateAsync()
    {
        var cluster = Environment.GetEnvironmentVariable("POOL_TEST_DB")
            ?? throw new InvalidOperationException("POOL_TEST_DB is not set: this benchmark needs a Postgres, which ./pool bench starts.");
        var database = new BenchDatabase(cluster);
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
