using Microsoft.Extensions.Options;
using Pool.Server.Chain;
using Pool.Server.Node;

namespace Pool.Server.Hosting;

/// <summary>A server's parts for a command that needs the chain.</summary>
internal static class ChainParts
{
    /// <summary>The parts without listeners, with signer and chain there; without a log: what is found is what is printed.</summary>
    /// <exception cref="StartUpException">There is no chain, or it cannot be read.</exception>
    public static async Task<WebApplication> OpenAsync(CancellationToken cancellationToken)
    {
        var app = PoolServer.Build(PoolServer.Configuration(), replace: services => services.AddLogging(logging => logging.ClearProviders()));
        try
        {
            if (!app.Services.GetRequiredService<IOptions<ChainOptions>>().Value.IsOnChain)
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
}
