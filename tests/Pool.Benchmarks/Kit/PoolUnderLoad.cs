namespace Pool.Benchmarks.Kit;

/// <summary>The real server in a process of its own, with a folder and a database of its own.</summary>
internal sealed class PoolUnderLoad : IAsyncDisposable
{
    private readonly BenchDatabase _database;
    private readonly string _home;

    private PoolUnderLoad(BenchDatabase database, ServerProcess process, string home, int networkPort, int webPort)
    {
        (_database, Process, _home, WebPort) = (database, process, home, webPort);
        Network = new Uri($"https://127.0.0.1:{networkPort}");
    }

    public ServerProcess Process { get; }

    /// <summary>What gateways reach.</summary>
    public Uri Network { get; }

    /// <summary>Port of this machine that workers reach.</summary>
    public int WebPort { get; }

    /// <param name="settings">Settings beyond addresses and folder, as environment variables.</param>
    /// <param name="time">The clock.</param>
    public static async Task<PoolUnderLoad> StartAsync(IReadOnlyDictionary<string, string> settings, TimeProvider time)
    {
        var database = await BenchDatabase.CreateAsync();
        var home = Directory.CreateTempSubdirectory("pool-bench-").FullName;
        var (network, web) = (ServerProcess.FreePort(), ServerProcess.FreePort());
        try
        {
            var all = new Dictionary<string, string>(settings, StringComparer.Ordinal)
            {
                ["POOL_HOME"] = home,
                ["POOL_NETWORK_PORT"] = Text(network),
                ["POOL_NETWORK_ADDRESS"] = "127.0.0.1",
                ["POOL_WEB_PORT"] = Text(web),
                ["POOL_DATABASE"] = database.Connection,
            };
            var process = await ServerProcess.StartAsync(BuiltFiles.Server, ["run"], all, new Uri($"http://127.0.0.1:{web}/health/ready"), time);
            return new PoolUnderLoad(database, process, home, network, web);
        }
        catch
        {
            await database.DisposeAsync();
            Directory.Delete(home, recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
