using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pool.Benchmarks.Kit;
using Pool.Server.Workers;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Tests.Kit;

namespace Pool.Benchmarks.Ledger;

/// <summary>A server whose books are measured, and the workers that are in them.</summary>
internal sealed class BooksUnderLoad : IAsyncDisposable
{
    private readonly ServerInProcess _server;

    private BooksUnderLoad(ServerInProcess server) => _server = server;

    /// <summary>The database beside the server.</summary>
    public NpgsqlDataSource Source => _server.Source;

    public IServiceProvider Services => _server.Services;

    public static async Task<BooksUnderLoad> StartAsync() => new(await ServerInProcess.StartAsync());

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

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
