using System.Numerics;
using Pool.Server.Node;
using Pool.Shared.Money;

namespace Pool.Server.Chain.Outbox;

/// <summary>What an attempt offers for a gas.</summary>
/// <param name="Max">Base fee and tip together, at most.</param>
/// <param name="Tip">Tip, at most.</param>
internal readonly record struct Fees(Wei Max, Wei Tip);

/// <summary>What is offered for a gas (contracts §10, chain §5). Pure arithmetic.</summary>
/// <param name="Tip">Tip that is offered at first.</param>
/// <param name="Floor">Least that is offered.</param>
/// <param name="Ceiling">Most that is offered; null is no limit.</param>
internal sealed record FeePolicy(Wei Tip, Wei Floor, Wei? Ceiling)
{
    /// <summary>A first attempt is good for a base fee twice as high.</summary>
    private const int BaseFeeTimes = 2;

    /// <summary>A replacement offers 9/8, which is 1.125 times as much: nodes want a tenth more.</summary>
    private const int RaiseNumerator = 9;

    private const int RaiseDenominator = 8;

    /// <exception cref="StartUpException">An amount is none.</exception>
    public static FeePolicy Of(ChainOptions chain, OutboxOptions outbox)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(outbox);
        return new FeePolicy(
            Amount("Outbox:PriorityFee", outbox.PriorityFee),
            Amount("Chain:MinGasPrice", chain.MinGasPrice),
            chain.MaxGasPrice.Length == 0 ? null : Amount("Chain:MaxGasPrice", chain.MaxGasPrice));
    }

    /// <summary>Fees of a first attempt; null while the base fee is above the ceiling.</summary>
    public Fees? First(Wei baseFee)
    {
        if (Ceiling is { } ceiling && baseFee > ceiling)
        {
            return null;
        }

        var max = Capped(Wei.Max((baseFee * BaseFeeTimes) + Tip, Floor));
        return new Fees(max, Wei.Min(Tip, max));
    }

    /// <summary>Fees of a replacement: both at least 1.125 times the old ones, rounded up, and above them; null when that is above the ceiling.</summary>
    public Fees? Raise(Fees old, Wei baseFee)
    {
        var least = Raised(old.Max);
        if (First(baseFee) is not { } fresh || (Ceiling is { } ceiling && least > ceiling))
        {
            return null;
        }

        var max = Wei.Max(least, fresh.Max);
        return new Fees(max, Wei.Min(Wei.Max(Raised(old.Tip), fresh.Tip), max));
    }

    private static Wei Raised(Wei fee)
    {
        var product = fee.Value * RaiseNumerator;
        var raised = (product + RaiseDenominator - 1) / RaiseDenominator;
        return new Wei(BigInteger.Max(raised, fee.Value + 1));
    }

    private static Wei Amount(string setting, string digits) => Wei.TryParseDigits(digits, out var amount)
        ? amount
        : throw new StartUpException($"{setting} is '{digits}': it must be wei in decimal digits.");

    private Wei Capped(Wei fee) => Ceiling is { } ceiling ? Wei.Min(fee, ceiling) : fee;
}
