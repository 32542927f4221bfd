using Microsoft.Extensions.Options;
using Pool.Server.Signing;

namespace Pool.Server.Chain.Following;

/// <summary>The part of the room that watches the chain.</summary>
internal static class FollowingRoom
{
    public static IServiceCollection AddFollowing(this IServiceCollection services)
    {
        services.AddSingleton(provider => new OrchestratorAddress(
            provider.GetRequiredService<IOptions<ChainOptions>>().Value.OrchestratorAddress() ?? provider.GetRequiredService<ISigner>().Account));
        services.AddSingleton<ChainFollower>();
        services.AddSingleton<IChainView>(provider => provider.GetRequiredService<ChainFollower>());
        services.AddSingleton<IContracts>(provider => provider.GetRequiredService<ChainFollower>());
        services.AddHostedService(provider => provider.GetRequiredService<ChainFollower>());
        services.AddSingleton<ChainCursors>();
        services.AddSingleton<FinalEvents>();
        services.AddHostedService(provider => provider.GetRequiredService<FinalEvents>());
        return services;
    }
}
