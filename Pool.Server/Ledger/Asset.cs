using System.Numerics;
using Pool.Shared.Money;

namespace Pool.Server.Ledger;

/// <summary>What a transfer is of. Claims and cash do not mix: settlement moves cash and retires as much of the claims in one posting.</summary>
public enum Asset
{
    /// <summary>What work has earned and nobody has been handed out yet, in wei.</summary>
    EthClaim,

    /// <summary>Ether that finalized events of the chain have brought, in wei.</summary>
    Eth,

    /// <summary>The Livepeer token, in 10^-18 LPT.</summary>
    Lpt,
}

/// <summary>An amount of one asset, above zero.</summary>
public readonly record struct LedgerAmount
{
    private LedgerAmount(Asset asset, BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
        (Asset, Value) = (asset, value);
    }

    public Asset Asset { get; }

    /// <summary>Whole base units.</summary>
    public BigInteger Value { get; }

    /// <exception cref="ArgumentOutOfRangeException">Nothing is no amount of a transfer.</exception>
    public static LedgerAmount Claim(Wei amount) => new(Asset.EthClaim, amount.Value);

    /// <inheritdoc cref="Claim"/>
    public static LedgerAmount Eth(Wei amount) => new(Asset.Eth, amount.Value);

    /// <inheritdoc cref="Claim"/>
    public static LedgerAmount Lpt(LptWei amount) => new(Asset.Lpt, amount.Value);

    public override string ToString() => $"{Value} base units of {Asset.Code()}";
}

/// <summary>Assets as the tables name them.</summary>
public static class AssetCodes
{
    /// <summary>The code of an asset.</summary>
    public static string Code(this Asset asset) => asset switch
    {
        Asset.EthClaim => "ETH-CLAIM",
        Asset.Eth => "ETH",
        Asset.Lpt => "LPT",
        _ => throw new ArgumentOutOfRangeException(nameof(asset)),
    };
}
