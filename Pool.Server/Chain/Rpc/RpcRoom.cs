using Microsoft.Extensions.Options;

namespace Pool.Server.Chain.Rpc;

/// <summary>The node behind <see cref="IEthereumRpc"/>.</summary>
internal static class RpcRoom
{
    /// <summary>Adds the endpoints that the settings name.</summary>
    public static IServiceCollection AddRpc(this IServiceCollection services) => services.AddSingleton<IEthereumRpc>(provider =>
    {
        var options = provider.GetRequiredService<IOptions<ChainOptions>>().Value;
        return new JsonRpc(
            options.RpcUrls.Select(url => new Uri(url, UriKind.Absolute)),
            options.ChainId ?? throw new InvalidOperationException("The settings of the chain were not validated."),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<JsonRpc>>());
    });
}
