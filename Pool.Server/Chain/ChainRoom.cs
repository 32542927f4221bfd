using Microsoft.Extensions.Options;
using Pool.Server.Chain.Following;
using Pool.Server.Chain.Rpc;

namespace Pool.Server.Chain;

/// <summary>Ethereum, where the network is on a chain.</summary>
public static class ChainRoom
{
    public static WebApplicationBuilder AddChain(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IPostConfigureOptions<ChainOptions>, KnownNetworks>();
        builder.Services.AddSingleton<IValidateOptions<ChainOptions>, ChainOptionsValidator>();
        builder.Services.AddOptions<ChainOptions>().BindConfiguration(ChainOptions.Section).ValidateOnStart();
        if (!builder.IsOnChain())
        {
            return builder;
        }

        builder.Services.AddRpc().AddFollowing();
        return builder;
    }

    /// <summary>Reads the chain for the first time; before anybody asks what it looks like, and after the signer was found. Off-chain it does nothing.</summary>
    /// <exception cref="Node.StartUpException">It cannot be read, or it is not Livepeer's.</exception>
    public static async Task OpenChainAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        if (services.GetService<ChainFollower>() is { } follower)
        {
            await follower.OpenAsync(cancellationToken);
        }
    }

    /// <summary>Whether the settings name a network with a chain; what a room adds may depend on it.</summary>
    public static bool IsOnChain(this WebApplicationBuilder builder) => builder.ReadChainOptions().IsOnChain;

    /// <summary>The settings as they were given, while there are no services yet; nothing is checked or filled in.</summary>
    public static ChainOptions ReadChainOptions(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Configuration.GetSection(ChainOptions.Section).Get<ChainOptions>() ?? new ChainOptions();
    }
}
