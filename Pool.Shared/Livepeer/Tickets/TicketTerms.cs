using System.Numerics;
using Pool.Shared.Money;

namespace Pool.Shared.Livepeer.Tickets;

/// <summary>What an orchestrator wants of tickets, and what redeeming one costs now (protocol §5.4).</summary>
public sealed record TicketTerms
{
    /// <summary>Gas of a redemption on Arbitrum's networks.</summary>
    public const int ArbitrumRedeemGas = 1_200_000;

    /// <summary>Gas of a redemption on any other network, also on one we do not know.</summary>
    public const int OtherRedeemGas = 350_000;

    /// <summary>How many times the cost of its redemption a ticket pays, if the sender's reserve allows it.</summary>
    public const int DefaultTxCostMultiplier = 100;

    /// <summary>What a ticket is worth where the operator says nothing: 8 gwei.</summary>
    public static Wei DefaultExpectedValue { get; } = Wei.OneGwei * 8;

    /// <summary>What a ticket shall be worth on average.</summary>
    public Wei ExpectedValue { get; init; } = DefaultExpectedValue;

    /// <summary>Gas of a redemption.</summary>
    public BigInteger RedeemGas { get; init; } = ArbitrumRedeemGas;

    /// <summary>What one gas costs now.</summary>
    public required Wei GasPrice { get; init; }

    /// <summary>How many times the cost of its redemption a ticket pays.</summary>
    public BigInteger TxCostMultiplier { get; init; } = DefaultTxCostMultiplier;

    /// <summary>The highest face value the operator accepts; zero is no limit.</summary>
    public Wei MaxFaceValue { get; init; }

    /// <summary>What redeeming a ticket costs now.</summary>
    public Wei TxCost => GasPrice * RedeemGas;
}
