using Pool.Tests.Kit;
using Pool.Worker.Connection;

namespace Pool.Benchmarks.Kit;

/// <summary>The real server in a process of its own, with a folder and a database of its own.</summary>
internal sealed class PoolUnderLoad : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly string _home;
    private readonly Dictionary<string, string> _settings;
    private readonly TimeProvider _time;
    private readonly MadeAuthority? _authority;
    private ServerProcess? _process;

    private PoolUnderLoad(TestDatabase database, IReadOnlyDictionary<string, string> settings, bool isSecure, TimeProvider time)
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
        foreach (var (name, value) in UnmeasuredWorkers.Variables)
        {
            _settings[name] = value;
        }

        if (isSecure)
        {
            _authority = new MadeAuthority();
            var certificate = Path.Combine(_home, "certificate.pem");
            _authority.Issue().WriteTo(certificate);
            File.WriteAllText(RootPath, _authority.RootPem);
            _settings["POOL_WEB_CERTIFICATE"] = certificate;
        }
    }

    public ServerProcess Process => _process ?? throw new InvalidOperationException("The server is stopped.");

    /// <summary>What gateways reach.</summary>
    public Uri Network { get; }

    /// <summary>Port of this machine that workers reach.</summary>
    public int WebPort { get; }

    /// <summary>What workers are told to join.</summary>
    public PoolAddress Web => PoolAddress.TryParse($"{Scheme}://127.0.0.1:{WebPort}", out var address, out var error)
        ? address.Trusting(new PoolTrust(_authority is null ? null : RootPath))
        : throw new InvalidOperationException(error);

    private string Scheme => _authority is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;

    private string RootPath => Path.Combine(_home, "root.pem");

    /// <param name="settings">Settings beyond addresses and folder, as environment variables.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isSecure">Whether its web port speaks HTTPS, with a certificate that is made for it.</param>
    public static async Task<PoolUnderLoad> StartAsync(IReadOnlyDictionary<string, string> settings, TimeProvider time, bool isSecure = false)
    {
        var pool = new PoolUnderLoad(await TestDatabase.CreateAsync(), settings, isSecure, time);
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

        _authority?.Dispose();
        await _database.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private async Task StartAsync()
    {
        _process = null;
        _process = await ServerProcess.StartAsync(BuiltFiles.Server, ["run"], _settings, new Uri($"{Scheme}://127.0.0.1:{WebPort}/health/ready"), _time, _authority);
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
