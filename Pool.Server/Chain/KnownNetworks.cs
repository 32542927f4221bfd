using Microsoft.Extensions.Options;
using Pool.Server.Signing;

namespace Pool.Server.Chain;

/// <summary>Fills in what is known of Arbitrum One, so that nobody has to look it up (protocol §6.1, contracts §1).</summary>
internal sealed class KnownNetworks : IPostConfigureOptions<ChainOptions>
{
    /// <summary>Livepeer's Controller on Arbitrum One.</summary>
    public const string ArbitrumOneController = "0xD8E8328501E9645d16Cf49539efC04f734606ee4";

    public void PostConfigure(string? name, ChainOptions options)
    {
        if (options.Network == ChainOptions.ArbitrumOne)
        {
            options.Controller = Or(options.Controller, ArbitrumOneController);
            options.ChainId ??= ContractSet.ArbitrumOneChainId;
        }
    }

    private static string Or(string? given, string known) => string.IsNullOrWhiteSpace(given) ? known : given;
}
