using System.Globalization;
using Microsoft.Extensions.Options;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Chain;

/// <summary>All mistakes at once, each naming the setting; never a whole URL, which may hold a key.</summary>
internal sealed class ChainOptionsValidator : IValidateOptions<ChainOptions>
{
    /// <summary>A node is not asked more often than this.</summary>
    private static readonly TimeSpan s_shortestPoll = TimeSpan.FromMilliseconds(50);

    /// <summary>Rounds and prices are not seen later than this.</summary>
    private static readonly TimeSpan s_longestPoll = TimeSpan.FromMinutes(1);

    /// <summary>Most blocks that can be waited for.</summary>
    private const int MostConfirmations = 100_000;

    public ValidateOptionsResult Validate(string? name, ChainOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Network))
        {
            return ValidateOptionsResult.Fail(
                $"Chain:Network (POOL_CHAIN__NETWORK) is empty: it is '{ChainOptions.OffChain}', '{ChainOptions.ArbitrumOne}' or a name of your own.");
        }

        if (!options.IsOnChain)
        {
            return ValidateOptionsResult.Success;
        }

        string[] faults = [.. Endpoints(options), .. Network(options), .. Figures(options)];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Endpoints(ChainOptions options)
    {
        if (options.RpcUrls.Count == 0)
        {
            yield return $"Chain:RpcUrls (POOL_CHAIN__RPC_URLS__0, …__1) is empty: network '{options.Network}' needs JSON-RPC endpoints, better two than one.";
        }

        for (var index = 0; index < options.RpcUrls.Count; index++)
        {
            if (!Uri.TryCreate(options.RpcUrls[index], UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            {
                yield return $"Chain:RpcUrls:{index} (POOL_CHAIN__RPC_URLS__{index}) is not the address of an endpoint: it must be http://… or https://….";
            }
        }

        if (options.RpcUrls.Distinct(StringComparer.Ordinal).Count() != options.RpcUrls.Count)
        {
            yield return "Chain:RpcUrls names the same endpoint twice: a second one is of use only where it can answer when the first does not.";
        }
    }

    private static IEnumerable<string> Network(ChainOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Controller))
        {
            yield return $"Chain:Controller (POOL_CHAIN__CONTROLLER) is not set: the Controller of network '{options.Network}' is not known.";
        }
        else if (!Address.TryParse(options.Controller, out var controller, out var error) || controller.IsZero)
        {
            yield return $"Chain:Controller (POOL_CHAIN__CONTROLLER) is no contract: {error ?? "it is the zero address"}.";
        }

        if (options.ChainId is null or 0)
        {
            yield return $"Chain:ChainId (POOL_CHAIN__CHAIN_ID) is not set: the chain of network '{options.Network}' is not known.";
        }
        else if (options.Network == ChainOptions.ArbitrumOne && options.ChainId != ContractSet.ArbitrumOneChainId)
        {
            yield return $"Chain:ChainId (POOL_CHAIN__CHAIN_ID) is {options.ChainId}: {ChainOptions.ArbitrumOne} is chain {ContractSet.ArbitrumOneChainId}; leave it out.";
        }

        if (!string.IsNullOrEmpty(options.Orchestrator) && !Address.TryParse(options.Orchestrator, out _, out var wrong))
        {
            yield return $"Chain:Orchestrator (POOL_CHAIN__ORCHESTRATOR): {wrong}.";
        }
    }

    private static IEnumerable<string> Figures(ChainOptions options)
    {
        if (options.PollInterval < s_shortestPoll || options.PollInterval > s_longestPoll)
        {
            yield return $"Chain:PollInterval (POOL_CHAIN__POLL_INTERVAL) is {options.PollInterval}: it must be between {s_shortestPoll} and {s_longestPoll}.";
        }

        if (options.Finality is not ("finalized" or "safe"))
        {
            if (!int.TryParse(options.Finality, NumberStyles.None, CultureInfo.InvariantCulture, out var blocks) || blocks > MostConfirmations)
            {
                yield return $"Chain:Finality (POOL_CHAIN__FINALITY) is '{options.Finality}': it is 'finalized', 'safe' or a number of blocks up to {MostConfirmations}.";
            }
            else if (options.Network == ChainOptions.ArbitrumOne)
            {
                yield return $"Chain:Finality (POOL_CHAIN__FINALITY) is '{options.Finality}': blocks on top mean nothing on Arbitrum One; give 'finalized' or 'safe'.";
            }
        }

        if (!Wei.TryParseDigits(options.MinGasPrice, out var least))
        {
            yield return $"Chain:MinGasPrice (POOL_CHAIN__MIN_GAS_PRICE) is '{options.MinGasPrice}': it is a number of wei.";
        }

        var most = Wei.MaxValue;
        if (!string.IsNullOrEmpty(options.MaxGasPrice) && (!Wei.TryParseDigits(options.MaxGasPrice, out most) || most.IsZero))
        {
            yield return $"Chain:MaxGasPrice (POOL_CHAIN__MAX_GAS_PRICE) is '{options.MaxGasPrice}': it is a number of wei above zero, or empty.";
        }
        else if (most < least)
        {
            yield return "Chain:MaxGasPrice (POOL_CHAIN__MAX_GAS_PRICE) is below Chain:MinGasPrice.";
        }
    }
}
