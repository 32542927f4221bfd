using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pool.Server.Hosting;
using Pool.Server.Workers;

namespace Pool.EndToEnd.Tests.Kit;

/// <summary>A pool as in production, on free ports of loopback: the server, its database, and worker processes with FFmpeg.</summary>
public sealed class RunningPool : IAsyncDisposable
{
    /// <summary>Streams that a worker takes at the same time: the tests that share a pool must not wait for each other's.</summary>
    private const string SessionsOfWorker = "4";

    private const string Payee = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

    private readonly string _database = $"e2e_{Guid.NewGuid():N}";
    private readonly List<Process> _workers = [];
    private WebApplication? _server;
    private string _connection = "";

    private RunningPool()
    {
    }

    /// <summary>Longest wait for anything that must happen.</summary>
    public static TimeSpan Patience => TimeSpan.FromSeconds(60);

    /// <summary>A folder for whatever the test writes; it goes with the pool.</summary>
    public string Home { get; } = Directory.CreateTempSubdirectory("pool-e2e-").FullName;

    /// <summary>Where gateways reach it.</summary>
    public Uri Orchestrator { get; private set; } = null!;

    /// <summary>Starts a pool and waits until its workers are connected.</summary>
    public static async Task<RunningPool> StartAsync(int workers)
    {
        var pool = new RunningPool();
        try
        {
            await pool.BeginAsync(workers);
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    /// <summary>A number from the pool's database.</summary>
    public async Task<long> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_connection);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A port nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            worker.Kill(entireProcessTree: true);
            worker.Dispose();
        }

        if (_server is not null)
        {
            await _server.StopAsync();
            await _server.DisposeAsync();
        }

        await ExecuteAsync($"DROP DATABASE IF EXISTS {_database} WITH (FORCE)");
        Directory.Delete(Home, recursive: true);
    }

    private static string Cluster() => Environment.GetEnvironmentVariable("POOL_TEST_DB")
        ?? throw new InvalidOperationException("POOL_TEST_DB is not set: run the tests with ./pool test.");

    private static async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Cluster());
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task BeginAsync(int workers)
    {
        await ExecuteAsync($"CREATE DATABASE {_database}");
        _connection = new NpgsqlConnectionStringBuilder(Cluster()) { Database = _database, Pooling = false }.ConnectionString;
        var (network, web) = (FreePort(), FreePort());
        Orchestrator = new Uri($"https://127.0.0.1:{network}");
        _server = PoolServer.Build(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Home"] = Home,
            ["NetworkPort"] = network.ToString(),
            ["NetworkAddress"] = "127.0.0.1",
            ["WebPort"] = web.ToString(),
            ["Database"] = _connection,
        }).Build());
        await PoolServer.PrepareAsync(_server.Services, CancellationToken.None);
        await _server.StartAsync();
        for (var number = 1; number <= workers; number++)
        {
            _workers.Add(Process.Start(new ProcessStartInfo("dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "pool-worker.dll"), "run", "--pool", $"http://127.0.0.1:{web}", "--payout", Payee,
                "--home", Path.Combine(Home, $"worker-{number}"), "--sessions", SessionsOfWorker,
            ])
            { UseShellExecute = false, RedirectStandardOutput = true })!);
        }

        await WaitForWorkersAsync(_server.Services.GetRequiredService<WorkerRegistry>(), workers);
    }

    private static async Task WaitForWorkersAsync(WorkerRegistry registry, int count)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            var change = registry.NextChange();
            if (registry.Connected.Count >= count)
            {
                return;
            }

            await change.WaitAsync(timeout.Token);
        }
    }
}
