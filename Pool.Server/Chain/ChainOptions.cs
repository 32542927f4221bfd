namespace Pool.Server.Chain;

/// <summary>Settings of the chain. Section <c>Chain</c> of <c>pool.json</c>, <c>POOL_CHAIN__…</c> in the environment.</summary>
public sealed class ChainOptions
{
    public const string Section = "Chain";

    /// <summary>The network without a chain: no prices, no tickets, no money.</summary>
    public const string OffChain = "offchain";

    /// <summary>The network of Livepeer today (protocol §6.1).</summary>
    public const string ArbitrumOne = "arbitrum-one-mainnet";

    /// <summary>Which network: <c>offchain</c>, <c>arbitrum-one-mainnet</c>, or any other name, which needs <see cref="Controller"/> and <see cref="ChainId"/>.</summary>
    public string Network { get; set; } = OffChain;

    /// <summary>URLs of JSON-RPC endpoints, the preferred one first; two or more on a chain with money.</summary>
    public IList<string> RpcUrls { get; set; } = [];

    /// <summary>Address of Livepeer's Controller, from which all other contracts are resolved. Known for Arbitrum One.</summary>
    public string? Controller { get; set; }

    /// <summary>Id the chain must have. Known for Arbitrum One.</summary>
    public ulong? ChainId { get; set; }

    /// <summary>The orchestrator's address, where it is not the signer's: tickets are then paid to this one (protocol §9.3, ethOrchAddr).</summary>
    public string? Orchestrator { get; set; }

    /// <summary>How often the newest block is looked at.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// From when on a block stays: <c>finalized</c>, <c>safe</c>, or a number of blocks on top of it. On Arbitrum One only the two words mean anything
    /// (contracts §10).
    /// </summary>
    public string Finality { get; set; } = "finalized";

    /// <summary>Least gas price that is reckoned with, in wei.</summary>
    public string MinGasPrice { get; set; } = "0";

    /// <summary>Most that is paid for a gas, in wei; empty is no limit.</summary>
    public string MaxGasPrice { get; set; } = "";

    /// <summary>Whether there is a chain.</summary>
    public bool IsOnChain => !string.Equals(Network, OffChain, StringComparison.Ordinal);
}
