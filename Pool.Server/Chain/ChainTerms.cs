using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Chain;

/// <summary>Settings of the chain as what they mean; their validator has been there before.</summary>
internal static class ChainTerms
{
    /// <summary>Livepeer's Controller.</summary>
    public static Address ControllerAddress(this ChainOptions options) => Parse(options.Controller, nameof(ChainOptions.Controller));

    /// <summary>The orchestrator's address, where it is not the signer's.</summary>
    public static Address? OrchestratorAddress(this ChainOptions options) =>
        string.IsNullOrEmpty(options.Orchestrator) ? null : Parse(options.Orchestrator, nameof(ChainOptions.Orchestrator));

    /// <summary>Least gas price that is reckoned with.</summary>
    public static Wei LeastGasPrice(this ChainOptions options) =>
        Wei.TryParseDigits(options.MinGasPrice, out var price) ? price : throw Unchecked(nameof(ChainOptions.MinGasPrice));

    private static Address Parse(string? text, string setting) => Address.TryParse(text, out var address, out _) ? address : throw Unchecked(setting);

    private static InvalidOperationException Unchecked(string setting) => new($"Chain:{setting} was not validated.");
}
