namespace Pool.Server.Signing;

/// <summary>
/// Settings of the signer's own process: <c>signer.json</c> in its own folder, then <c>POOL_SIGNER__…</c> of its own environment. Nothing is read that the public
/// process could write. Amounts are wei in digits, or a number with its unit (<c>0.05 ETH</c>, <c>10 gwei</c>, <c>3 LPT</c>).
/// </summary>
public sealed class SignerSettings
{
    public const string Section = "Signer";

    /// <summary>Name of the file in the signer's folder.</summary>
    public const string FileName = "signer.json";

    /// <summary>Id of the chain it signs for. Default: Arbitrum One, whose contracts are known.</summary>
    public ulong ChainId { get; set; } = ContractSet.ArbitrumOneChainId;

    /// <summary>Address of the TicketBroker; so the four others. Known for Arbitrum One.</summary>
    public string? TicketBroker { get; set; }

    public string? BondingManager { get; set; }

    public string? RoundsManager { get; set; }

    public string? ServiceRegistry { get; set; }

    public string? LivepeerToken { get; set; }

    /// <summary>The orchestrator's address where it is not the key's: tickets may be paid to it as well (protocol §9.3).</summary>
    public string? Orchestrator { get; set; }

    /// <summary>The only address that fees and stake may be withdrawn to; without it none are.</summary>
    public string? PayoutWallet { get; set; }

    /// <summary>The key store, relative to the signer's folder.</summary>
    public string Keystore { get; set; } = "keystore.json";

    /// <summary>The socket, relative to the signer's folder.</summary>
    public string Socket { get; set; } = "signer.sock";

    /// <summary>Most that is offered for a gas.</summary>
    public string MaxFeePerGas { get; set; } = "10 gwei";

    /// <summary>Most gas of one transaction.</summary>
    public ulong MaxGasLimit { get; set; } = 6_000_000;

    /// <summary>Most that may be offered for gas on one day (UTC), of all transactions together: gas limit times fee.</summary>
    public string MaxGasCostPerDay { get; set; } = "0.05 ETH";

    /// <summary>Largest payout of ETH. Nothing by default: only a payout wallet's signer pays out.</summary>
    public string MaxPayout { get; set; } = "0";

    /// <summary>Most ETH paid out on one day.</summary>
    public string MaxPayoutPerDay { get; set; } = "0";

    /// <summary>Largest payout of LPT.</summary>
    public string MaxLptPayout { get; set; } = "0";

    /// <summary>Most LPT paid out on one day.</summary>
    public string MaxLptPayoutPerDay { get; set; } = "0";

    /// <summary>Transactions of one purpose on one day, where it is not the default: <c>POOL_SIGNER__PER_DAY__REWARD=100</c>.</summary>
    public IDictionary<TransactionPurpose, int> PerDay { get; } = new Dictionary<TransactionPurpose, int>();
}
