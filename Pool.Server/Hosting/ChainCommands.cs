using System.CommandLine;
using System.Text.Json;
using Pool.Server.Admin;
using Pool.Server.Chain;
using Pool.Server.Node;

namespace Pool.Server.Hosting;

/// <summary><c>pool-server chain</c>: the orchestrator on its chain, read now.</summary>
internal static class ChainCommands
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="guard">Turns faults into one line and an exit status.</param>
    public static Command Create(Func<Func<Task<int>>, Task<int>> guard)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON; amounts are decimal strings of wei." };
        var chain = new Command("chain", "Show stake, cuts, round, fees, winning tickets and what is on its way onto the chain.") { json };
        chain.SetAction((parsed, stop) => guard(() => ShowAsync(parsed.GetValue(json), stop)));
        return chain;
    }

    /// <summary>A server's parts without its listeners, with the chain read; logs only what is wrong.</summary>
    /// <exception cref="StartUpException">There is no chain, or it cannot be read.</exception>
    public static async Task<WebApplication> OpenAsync(CancellationToken cancellationToken)
    {
        var app = PoolServer.Build(PoolServer.Configuration(), replace: services => services.AddLogging(logging => logging.ClearProviders()));
        try
        {
            if (!app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<ChainOptions>>().Value.IsOnChain)
            {
                throw new StartUpException("This pool is off-chain: set Chain:Network (POOL_CHAIN__NETWORK).");
            }

            await PoolServer.PrepareChainAsync(app.Services, cancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    private static async Task<int> ShowAsync(bool asJson, CancellationToken cancellationToken)
    {
        await using var app = await OpenAsync(cancellationToken);
        var report = await app.Services.GetRequiredService<ChainReader>().ReadAsync(cancellationToken);
        await Console.Out.WriteAsync(asJson ? JsonSerializer.Serialize(report, s_json) + "\n" : ChainScreen.Of(report));
        return 0;
    }
}
