using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pool.Server.Hosting;
using Pool.Server.Workers;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Tests.Kit;

namespace Pool.Benchmarks.Ledger;

/// <summary>The real server in this process, with a journal and a database of its own: what is measured goes in by its rooms' doors.</summary>
internal sealed class BooksUnderLoad : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("pool-bench-").FullName;
    private readonly TestDatabase _database;
    private WebApplication? _app;

    private BooksUnderLoad(TestDatabase database)
    {
        _database = database;
        Source = NpgsqlDataSource.Create(database.Pooled);
    }

    /// <summary>The database beside the server.</summary>
    public NpgsqlDataSource Source { get; }

    public IServiceProvider Services => _app?.Services ?? throw new InvalidOperationException("The server is not started.");

    public static async Task<BooksUnderLoad> StartAsync()
    {
        var books = new BooksUnderLoad(await TestDatabase.CreateAsync());
        try
        {
            await books.StartServerAsync();
            return books;
        }
        catch
        {
            await books.DisposeAsync();
            throw;
        }
    }

    /// <summary>Workers that have joined, each with a payee of its own.</summary>
    public async Task<IReadOnlyList<(WorkerId Worker, Address Payee)>> JoinAsync(int count)
    {
        var book = Services.GetRequiredService<WorkerBook>();
        var workers = new List<(WorkerId, Address)>(count);
        for (var number = 1; number <= count; number++)
        {
            var address = Address.FromWire(BitConverter.GetBytes(number));
            workers.Add(((await book.JoinAsync(address, address, "cpu", "bench", CancellationToken.None)).Id, address));
        }

        return workers;
    }

    public Task ExecuteAsync(string sql) => Source.ExecuteAsync(sql);

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
        }).Build();
        _app = PoolServer.Build(settings, replace: services => services.AddLogging(logging => logging.ClearProviders()));
        await PoolServer.PrepareAsync(_app.Services, CancellationToken.None);
        await _app.StartAsync();
    }
}
