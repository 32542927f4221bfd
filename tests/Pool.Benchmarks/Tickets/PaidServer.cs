using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pool.Benchmarks.Kit;
using Pool.Server.Chain;
using Pool.Server.Settlement;
using Pool.Server.Signing;
using Pool.Server.Tickets;

namespace Pool.Benchmarks.Tickets;

/// <summary>A server that is paid by tickets; only chain and signer are made up.</summary>
internal sealed class PaidServer : IAsyncDisposable
{
    private readonly ServerInProcess _server;

    private PaidServer(ServerInProcess server) => _server = server;

    /// <summary>The database beside the server.</summary>
    public NpgsqlDataSource Source => _server.Source;

    public ITickets Tickets => _server.Services.GetRequiredService<ITickets>();

    public ISettlement Settlement => _server.Services.GetRequiredService<ISettlement>();

    public static async Task<PaidServer> StartAsync()
    {
        var chain = new SteadyChain();
        return new PaidServer(await ServerInProcess.StartAsync(
            services => services
                .AddSingleton<IChainView>(chain)
                .AddSingleton<IPendingRedemptions>(chain)
                .AddSingleton<ISigner, KeySigner>()
                .AddSingleton(new TicketsNetwork(IsOnChain: true, "bench"))
                .AddPaidTickets(),
            ("Tickets:PricePerUnit", "1200")));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
