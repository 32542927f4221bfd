using System.Text.Json;
using Pool.Shared.Ethereum;

namespace Pool.Tests.Chain.Cli;

/// <summary>Where everything of a chain is, for other programs.</summary>
/// <param name="RpcUrl">JSON-RPC of the node.</param>
/// <param name="ChainId">Its chain.</param>
/// <param name="Controller">Livepeer's Controller.</param>
/// <param name="RoundLength">Blocks of a round.</param>
/// <param name="Contracts">All contracts by name.</param>
/// <param name="Accounts">Who is who.</param>
internal sealed record ChainState(
    string RpcUrl, ulong ChainId, string Controller, ulong RoundLength, IReadOnlyDictionary<string, string> Contracts, IReadOnlyList<ChainState.Account> Accounts)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The state of a chain whose orchestrator has this key.</summary>
    public static ChainState Of(LocalChain chain, EthereumKey orchestrator) => new(
        chain.Node.Url.ToString().TrimEnd('/'),
        AnvilNode.ChainId,
        chain.Contracts.Controller.Address.ToString(),
        LocalChain.RoundLength,
        chain.Contracts.All.ToDictionary(contract => contract.Name, contract => contract.Address.ToString(), StringComparer.Ordinal),
        [
            Known("deployer", DevAccounts.Deployer),
            orchestrator == DevAccounts.Orchestrator ? Known("orchestrator", orchestrator) : new Account("orchestrator", orchestrator.Address.ToString(), null),
            Known("gateway", DevAccounts.Gateway),
            Known("workerA", DevAccounts.WorkerA),
            Known("workerB", DevAccounts.WorkerB),
        ]);

    /// <summary>Writes it so that whoever waits for the file finds it whole.</summary>
    public async Task WriteAsync(string file, CancellationToken cancellationToken)
    {
        var unfinished = $"{file}.new";
        await File.WriteAllTextAsync(unfinished, JsonSerializer.Serialize(this, s_json), cancellationToken);
        File.Move(unfinished, file, overwrite: true);
    }

    private static Account Known(string role, EthereumKey key) =>
        new(role, key.Address.ToString(), "0x" + Convert.ToHexStringLower(key.ExportBytes()));

    /// <param name="Role">What it does.</param>
    /// <param name="Address">The account.</param>
    /// <param name="PrivateKey">Its key, if everybody knows it.</param>
    internal sealed record Account(string Role, string Address, string? PrivateKey);
}
