using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pool.Gateway.Media;
using Pool.Gateway.Progress;
using Pool.Gateway.Streaming;
using Pool.Server.Hosting;
using Pool.Server.Settlement;
using Pool.Server.Workers;

namespace Pool.EndToEnd.Tests;

/// <summary>The whole path, nothing faked: gateway, server, hub, two worker processes, FFmpeg, Postgres.</summary>
public sealed class FirstSegmentTests : IAsyncLifetime
{
    private const string Payee = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _home = Directory.CreateTempSubdirectory("pool-e2e-").FullName;
    private readonly string _database = $"e2e_{Guid.NewGuid():N}";
    private readonly List<Process> _workers = [];
    private WebApplication _server = null!;
    private Uri _orchestrator = null!;
    private string _connection = "";

    public async Task InitializeAsync()
    {
        var cluster = Environment.GetEnvironmentVariable("POOL_TEST_DB") ?? throw new InvalidOperationException("POOL_TEST_DB is not set: run the tests with ./pool test.");
        await ExecuteAsync(cluster, $"CREATE DATABASE {_database}");
        _connection = new NpgsqlConnectionStringBuilder(cluster) { Database = _database, Pooling = false }.ConnectionString;
        var (network, web) = (FreePort(), FreePort());
        _orchestrator = new Uri($"https://127.0.0.1:{network}");
        _server = PoolServer.Build(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Home"] = _home,
            ["NetworkPort"] = network.ToString(),
            ["NetworkAddress"] = "127.0.0.1",
            ["WebPort"] = web.ToString(),
            ["Database"] = _connection,
        }).Build());
        await PoolServer.PrepareAsync(_server.Services, CancellationToken.None);
        await _server.StartAsync();
        foreach (var number in new[] { 1, 2 })
        {
            _workers.Add(Process.Start(new ProcessStartInfo("dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "pool-worker.dll"), "run", "--pool", $"http://127.0.0.1:{web}", "--payout", Payee,
                "--home", Path.Combine(_home, $"worker-{number}"), "--sessions", "2",
            ])
            { UseShellExecute = false, RedirectStandardOutput = true })!);
        }

        await WaitForWorkersAsync(2);
    }

    public async Task DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            worker.Kill(entireProcessTree: true);
            worker.Dispose();
        }

        await _server.StopAsync();
        await _server.DisposeAsync();
        await ExecuteAsync(Environment.GetEnvironmentVariable("POOL_TEST_DB")!, $"DROP DATABASE {_database} WITH (FORCE)");
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Two_streams_come_back_right_and_are_booked_to_the_pixel()
    {
        var clip = Path.Combine(_home, "clip.mp4");
        await TestClip.MakeAsync(clip, 320, 240, TimeSpan.FromSeconds(4), CancellationToken.None);
        var request = new RunRequest
        {
            Video = clip,
            Orchestrator = _orchestrator,
            Out = Path.Combine(_home, "out"),
            Streams = 2,
            Pace = Pace.Max,
        };

        var report = await new GatewayRun(request, new JsonProgress(TextWriter.Null), TimeProvider.System).RunAsync(CancellationToken.None);

        Assert.Empty(report.Errors);
        Assert.Equal((4, 4), (report.Segments.Sent, report.Segments.Ok));
        Assert.All(report.Renditions, rendition => Assert.Equal(120, rendition.Frames));
        Assert.Equal(
            report.Renditions.Sum(rendition => long.Parse(rendition.Pixels)),
            await ScalarAsync("SELECT sum(pixels)::bigint FROM contributions WHERE role = 'primary'"));
        Assert.Equal(4, await ScalarAsync("SELECT count(*) FROM segments WHERE outcome = 'transcoded'"));
        Assert.Equal(2, await ScalarAsync("SELECT count(DISTINCT worker_id) FROM contributions"));
        Assert.Equal(2, await ScalarAsync("SELECT count(*) FROM sessions"));
        Assert.Equal(1, await ScalarAsync("SELECT count(*) FROM payees"));
    }

    private async Task WaitForWorkersAsync(int count)
    {
        var registry = _server.Services.GetRequiredService<WorkerRegistry>();
        using var timeout = new CancellationTokenSource(s_patience);
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

    private async Task<long> ScalarAsync(string sql)
    {
        using var timeout = new CancellationTokenSource(s_patience);
        await _server.Services.GetRequiredService<ISettlement>().WhenBookedAsync(timeout.Token);
        await using var source = NpgsqlDataSource.Create(_connection);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(string cluster, string sql)
    {
        await using var source = NpgsqlDataSource.Create(cluster);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
