using Pool.Tests.Kit;

namespace Pool.Benchmarks.Kit;

/// <summary>The real server in a process of its own, with a folder and a database of its own.</summary>
internal sealed class PoolUnderLoad : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly string _home;
    private readonly Dictionary<string, string> _settings;
    private readonly TimeProvider _time;
    private ServerProcess? _process;

    private PoolUnderLoad(TestDatabase database, IReadOnlyDictionary<string, string> settings, TimeProvider time)
    {
        (_database, _time) = (database, time);
        _home = Directory.CreateTempSubdirectory("pool-bench-").FullName;
        var network = FreePort.Next();
        WebPort = FreePort.Next();
        Network = new Uri($"https://127.0.0.1:{network}");
        _settings = new(settings, StringComparer.Ordinal)
        {
            ["POOL_HOME"] = _home,
            ["POOL_NETWORK_PORT"] = Text(network),
            ["POOL_NETWORK_ADDRESS"] = "127.0.0.1",
            ["POOL_WEB_PORT"] = Text(WebPort),
            ["POOL_DATABASE"] = database.Pooled,
        };
    }

    public ServerProcess Process => _process ?? throw new InvalidOperationException("The server is stopped.");

    /// <summary>What gateways reach.</summary>
    public Uri Network { get; }

    /// <summary>Port of this machine that workers reach.</summary>
    public int WebPort { get; }

    /// <param name="settings">Settings beyond addresses and folder, as environment variables.</param>
    /// <param name="time">The clock.</param>
    public static async Task<PoolUnderLoad> StartAsync(IReadOnlyDictionary<string, string> settings, TimeProvider time)
    {
        var pool = new PoolUnderLoad(await TestDatabase.CreateAsync(), settings, time);
        try
        {
            await pool.StartAsync();
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the process and starts another one in its place; returns when that is ready.</summary>
    public async Task KillAndStartAsync()
    {
        await Process.DisposeAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            await process.DisposeAsync();
        }

        await _database.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private async Task StartAsync()
    {
        _process = null;
        _process = await ServerProcess.StartAsync(BuiltFiles.Server, ["run"], _settings, new Uri($"http://127.0.0.1:{WebPort}/health/ready"), _time);
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
