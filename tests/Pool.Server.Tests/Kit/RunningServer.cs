using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pool.Server.Dispatch;
using Pool.Server.Hosting;
using Pool.Server.Segments;
using Pool.Server.Sessions;
using Pool.Server.Settlement;
using Pool.Server.Workers;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Kit;

/// <summary>The real server in this process: its own ports, its own folder, its own database on the real Postgres.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private const int PortAttempts = 5;

    private readonly Dictionary<string, string?> _settings;
    private readonly Action<IServiceCollection>? _replace;
    private WebApplication? _app;
    private TestGatewayClient? _gateway;

    private RunningServer(TestDatabase database, Dictionary<string, string?> settings, Action<IServiceCollection>? replace)
    {
        (Database, _settings, _replace) = (database, settings, replace);

        // The workers of most tests count what they are given, and are to have places for it at once.
        foreach (var (key, value) in UnmeasuredWorkers.Settings)
        {
            _settings.TryAdd(key, value);
        }

        Home = Directory.CreateTempSubdirectory("pool-server-").FullName;
        Connection = new NpgsqlConnectionStringBuilder(database.Connection) { Pooling = true, MaxPoolSize = 20 }.ConnectionString;
    }

    /// <summary>The database, as the test itself looks at it: without pooled connections.</summary>
    public TestDatabase Database { get; }

    public string Home { get; }

    public ShiftedTime Time { get; } = new();

    public int NetworkPort { get; private set; }

    public int WebPort { get; private set; }

    /// <summary>What gateways reach.</summary>
    public Uri Network => new($"https://127.0.0.1:{NetworkPort}");

    /// <summary>What workers and the operator reach.</summary>
    public Uri Web => new($"{(_settings.ContainsKey("WebCertificate") ? "https" : "http")}://127.0.0.1:{WebPort}");

    public IServiceProvider Services => _app?.Services ?? throw new InvalidOperationException("The server is stopped.");

    /// <summary>A gateway that talks to this server.</summary>
    public TestGatewayClient Gateway => _gateway ??= new TestGatewayClient(Network);

    public WorkerRegistry Registry => Services.GetRequiredService<WorkerRegistry>();

    public ISettlement Settlement => Services.GetRequiredService<ISettlement>();

    public Spool Spool => Services.GetRequiredService<Spool>();

    /// <summary>Token of the operator's paths.</summary>
    public string OperatorToken => File.ReadAllText(Path.Combine(Home, "server", "operator.token")).Trim();

    /// <summary>Connection string of the server: with a pool, as it is in earnest.</summary>
    private string Connection { get; }

    /// <summary>Starts a server on a new database and folder.</summary>
    /// <param name="settings">Settings beyond the addresses, e.g. <c>("Spool:MaxBytes", "1048576")</c>.</param>
    public static Task<RunningServer> StartAsync(params (string Key, string Value)[] settings) => StartAsync(null, settings);

    /// <summary>Starts a server in which some parts are the test's.</summary>
    public static async Task<RunningServer> StartAsync(Action<IServiceCollection>? replace, params (string Key, string Value)[] settings)
    {
        var server = new RunningServer(
            await TestDatabase.CreateAsync(), settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value, StringComparer.Ordinal), replace);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the server as SIGTERM does, without patience for requests that still run; folder and database stay.</summary>
    public async Task StopAsync()
    {
        if (_app is not { } app)
        {
            return;
        }

        _app = null;
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await app.StopAsync(atOnce.Token);
        await app.DisposeAsync();
    }

    /// <summary>Starts it again on the same ports, folder and database.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>One number out of the books, once everything that is settled now is in them.</summary>
    public async Task<long> ScalarAsync(string sql)
    {
        using var timeout = new CancellationTokenSource(Patience.Limit);
        await Settlement.WhenBookedAsync(timeout.Token);
        return await ReadAsync(sql);
    }

    /// <summary>One number out of the database as it is.</summary>
    public Task<long> ReadAsync(string sql) => Database.ScalarAsync(sql);

    /// <summary>Takes a table for this test alone; whoever writes to it waits until the answer is disposed.</summary>
    public async Task<IAsyncDisposable> LockAsync(string table)
    {
        var connection = new NpgsqlConnection(Database.Connection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Waits until the server waits for a table that the test has taken.</summary>
    public Task WaitForBlockedAsync() => Eventually.IsSoAsync(
        "the server waits for a lock",
        async () => await ReadAsync("SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") > 0);

    /// <summary>Waits until the registry says what is asked for.</summary>
    public async Task WaitForWorkersAsync(Func<WorkerRegistry, bool> isSo)
    {
        using var timeout = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var change = Registry.NextChange();
            if (isSo(Registry))
            {
                return;
            }

            await change.WaitAsync(timeout.Token);
        }
    }

    /// <summary>Waits until so many segments wait for a worker with a free slot.</summary>
    public Task WaitForWaitingAsync(int segments) => Eventually.IsSoAsync(
        $"{segments} segments wait", () => Task.FromResult(Services.GetRequiredService<SegmentDispatcher>().Waiting == segments));

    /// <summary>Waits until a session has so many segments in work or waiting.</summary>
    public Task WaitForPendingAsync(string sessionId, int segments) => Eventually.IsSoAsync(
        $"session {sessionId} has {segments} segments",
        () => Task.FromResult(Services.GetRequiredService<SessionRegistry>().Active.Any(session => session.Id == sessionId && session.Pending >= segments)));

    public async ValueTask DisposeAsync()
    {
        _gateway?.Dispose();
        await StopAsync();
        await Database.DisposeAsync();
        Directory.Delete(Home, recursive: true);
    }

    private async Task StartAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            (NetworkPort, WebPort) = NetworkPort == 0 ? (FreePort.Next(), FreePort.Next()) : (NetworkPort, WebPort);
            var app = PoolServer.Build(new ConfigurationBuilder().AddInMemoryCollection(Settings()).Build(), Time, _replace);
            try
            {
                await PoolServer.PrepareAsync(app.Services, CancellationToken.None);
                await app.StartAsync();
                _app = app;
                return;
            }
            catch (IOException taken) when (taken.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException && attempt < PortAttempts)
            {
                await app.DisposeAsync();
                NetworkPort = 0;
            }
            catch
            {
                await app.DisposeAsync();
                throw;
            }
        }
    }

    private Dictionary<string, string?> Settings() => new(_settings, StringComparer.Ordinal)
    {
        ["Home"] = Home,
        ["NetworkPort"] = NetworkPort.ToString(),
        ["NetworkAddress"] = "127.0.0.1",
        ["WebPort"] = WebPort.ToString(),
        ["Database"] = Connection,
    };
}
