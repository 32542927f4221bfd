using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Hosting;
using Pool.Server.Settlement;
using Pool.Server.Workers;
using Pool.Tests.Kit;

namespace Pool.EndToEnd.Tests.Kit;

/// <summary>A pool as in production, on free ports of loopback: the server, its database, and worker processes with FFmpeg.</summary>
public sealed class RunningPool : IAsyncDisposable
{
    /// <summary>Who is paid in these tests.</summary>
    internal const string Payee = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

    /// <summary>Streams that a worker takes at the same time: the tests that share a pool must not wait for each other's.</summary>
    private const string SessionsOfWorker = "4";

    private readonly List<RunningProgram> _workers = [];
    private TestDatabase? _database;
    private WebApplication? _server;

    private RunningPool()
    {
    }

    /// <summary>A folder for whatever the test writes; it goes with the pool.</summary>
    public string Home { get; } = Directory.CreateTempSubdirectory("pool-e2e-").FullName;

    /// <summary>Where gateways reach it.</summary>
    public Uri Orchestrator { get; private set; } = null!;   // set before anybody has the pool

    /// <summary>The workers that are connected.</summary>
    public WorkerRegistry Workers => _server!.Services.GetRequiredService<WorkerRegistry>();   // there since the start

    /// <summary>What the worker processes have said.</summary>
    internal string Said => string.Concat(_workers.Select(worker => worker.Said));

    /// <summary>Starts a pool and waits until its workers are connected and have done what the pool gives them to begin with.</summary>
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
        await Patience.ForAsync("the books", _server!.Services.GetRequiredService<ISettlement>().WhenBookedAsync(CancellationToken.None));   // there since the start
        return await _database!.ScalarAsync(sql);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        if (_server is not null)
        {
            await StopAsync(_server);
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        Directory.Delete(Home, recursive: true);
    }

    /// <summary>Without patience for requests that still run: the test is over.</summary>
    private static async Task StopAsync(WebApplication server)
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await Patience.ForAsync("the end of the server", server.StopAsync(atOnce.Token));
        await Patience.ForAsync("the end of the server's parts", server.DisposeAsync().AsTask());
    }

    private async Task BeginAsync(int workers)
    {
        _database = await TestDatabase.CreateAsync();
        var (network, web) = (FreePort.Next(), FreePort.Next());
        Orchestrator = new Uri($"https://127.0.0.1:{network}");
        _server = PoolServer.Build(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Home"] = Home,
            ["NetworkPort"] = network.ToString(),
            ["NetworkAddress"] = "127.0.0.1",
            ["WebPort"] = web.ToString(),
            ["Database"] = _database.Connection,
        }).Build());
        await PoolServer.PrepareAsync(_server.Services, CancellationToken.None);
        await _server.StartAsync();
        for (var number = 1; number <= workers; number++)
        {
            _workers.Add(RunningProgram.Start("dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "pool-worker.dll"), "run", "--pool", $"http://127.0.0.1:{web}", "--payout", Payee,
                "--home", Path.Combine(Home, $"worker-{number}"), "--sessions", SessionsOfWorker,
            ]));
        }

        await WaitForWorkersAsync($"{workers} workers connected and through with the pool's clip", connected => connected.Count >= workers && connected.All(worker => worker.InFlight == 0));
    }

    /// <summary>Waits until the workers are as is asked for.</summary>
    internal async Task WaitForWorkersAsync(string what, Func<IReadOnlyCollection<ConnectedWorker>, bool> areSo)
    {
        using var timeout = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var change = Workers.NextChange();
            if (areSo(Workers.Connected))
            {
                return;
            }

            try
            {
                await change.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                throw Patience.NotCome($"{what}, of {Workers.Connected.Count} connected; they said: {Said}");
            }
        }
    }
}
