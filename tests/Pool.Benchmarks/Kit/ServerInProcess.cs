using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pool.Server.Hosting;
using Pool.Tests.Kit;

namespace Pool.Benchmarks.Kit;

/// <summary>The real server in this process, with a folder, a journal and a database of its own: what is measured goes in by its rooms' doors.</summary>
internal sealed class ServerInProcess : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("pool-bench-").FullName;
    private readonly TestDatabase _database;
    private WebApplication? _app;

    private ServerInProcess(TestDatabase database)
    {
        _database = database;
        Source = NpgsqlDataSource.Create(database.Pooled);
    }

    /// <summary>The database beside the server.</summary>
    public NpgsqlDataSource Source { get; }

    public IServiceProvider Services => _app?.Services ?? throw new InvalidOperationException("The server is not started.");

    /// <summary>Starts it.</summary>
    /// <param name="replace">Parts that are the benchmark's.</param>
    /// <param name="settings">Settings beyond addresses, folder and database.</param>
    public static async Task<ServerInProcess> StartAsync(Action<IServiceCollection>? replace = null, params (string Key, string Value)[] settings)
    {
        var server = new ServerInProcess(await TestDatabase.CreateAsync());
        try
        {
            await server.StartAsync(settings, replace);
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

    private async Task StartAsync((string Key, string Value)[] settings, Action<IServiceCollection>? replace)
    {
        Dictionary<string, string?> all = new(StringComparer.Ordinal)
        {
            ["Home"] = _home,
            ["NetworkPort"] = $"{FreePort.Next()}",
            ["NetworkAddress"] = "127.0.0.1",
            ["WebPort"] = $"{FreePort.Next()}",
            ["Database"] = _database.Pooled,
        };
        foreach (var (key, value) in UnmeasuredWorkers.Settings.Concat(settings))
        {
            all[key] = value;
        }

        _app = PoolServer.Build(new ConfigurationBuilder().AddInMemoryCollection(all).Build(), replace: services =>
        {
            services.AddLogging(logging => logging.ClearProviders());
            replace?.Invoke(services);
        });
        await PoolServer.PrepareAsync(_app.Services, CancellationToken.None);
        await _app.StartAsync();
    }
}
