using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pool.Server.Chain;
using Pool.Server.Hosting;
using Pool.Server.Settlement;
using Pool.Server.Signing;
using Pool.Server.Tickets;
using Pool.Tests.Kit;

namespace Pool.Benchmarks.Tickets;

/// <summary>The real server in this process, paid by tickets, with a journal and a database of its own; only chain and signer are made up.</summary>
internal sealed class PaidServer : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("pool-bench-").FullName;
    private readonly TestDatabase _database;
    private WebApplication? _app;

    private PaidServer(TestDatabase database)
    {
        _database = database;
        Source = NpgsqlDataSource.Create(database.Pooled);
    }

    /// <summary>The database beside the server.</summary>
    public NpgsqlDataSource Source { get; }

    public ITickets Tickets => Services.GetRequiredService<ITickets>();

    public ISettlement Settlement => Services.GetRequiredService<ISettlement>();

    private IServiceProvider Services => _app?.Services ?? throw new InvalidOperationException("The server is not started.");

    public static async Task<PaidServer> StartAsync()
    {
        var server = new PaidServer(await TestDatabase.CreateAsync());
        try
        {
            await server.StartServerAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is { } app)
        {
            await app.DisposeAsync();
        }

        await Source.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private async Task StartServerAsync()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Home"] = _home,
            ["NetworkPort"] = $"{FreePort.Next()}",
            ["NetworkAddress"] = "127.0.0.1",
            ["WebPort"] = $"{FreePort.Next()}",
            ["Database"] = _database.Pooled,
            ["Tickets:PricePerUnit"] = "1200",
        }).Build();
        var chain = new SteadyChain();
        _app = PoolServer.Build(settings, replace: services => services
            .AddLogging(logging => logging.ClearProviders())
            .AddSingleton<IChainView>(chain)
            .AddSingleton<IPendingRedemptions>(chain)
            .AddSingleton<ISigner, KeySigner>()
            .AddSingleton(new TicketsNetwork(IsOnChain: true, "bench"))
            .AddPaidTickets());
        await PoolServer.PrepareAsync(_app.Services, CancellationToken.None);
        await _app.StartAsync();
    }
}
