using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Money;

/// <summary>An amount of wei, 0 to 2^256-1. Never negative: subtracting too much throws.</summary>
public readonly record struct Wei : IComparable<Wei>
{
    /// <summary>Decimal places of one ETH in wei.</summary>
    public const int EthDecimals = 18;

    /// <summary>Decimal places of one gwei in wei.</summary>
    public const int GweiDecimals = 9;

    private const string EthUnit = "ETH";

    private static readonly AmountUnit[] s_units = [new(EthUnit, EthDecimals), new("gwei", GweiDecimals), new("wei", 0)];

    /// <param name="value">The number of wei.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or needs more than 256 bits.</exception>
    public Wei(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Uint256.Max);
        Value = value;
    }

    /// <summary>Nothing.</summary>
    public static Wei Zero => default;

    /// <summary>The smallest amount there is.</summary>
    public static Wei One { get; } = new(BigInteger.One);

    /// <summary>One gwei, 10^9 wei: the unit in which gas prices are spoken of.</summary>
    public static Wei OneGwei { get; } = new(BigInteger.Pow(10, GweiDecimals));

    /// <summary>One ETH, 10^18 wei.</summary>
    public static Wei OneEth { get; } = new(BigInteger.Pow(10, EthDecimals));

    /// <summary>The largest amount there is, 2^256-1.</summary>
    public static Wei MaxValue { get; } = new(Uint256.Max);

    /// <summary>The number of wei.</summary>
    public BigInteger Value { get; }

    /// <summary>Whether it is nothing.</summary>
    public bool IsZero => Value.IsZero;

    /// <exception cref="ArgumentOutOfRangeException">The sum is above <see cref="MaxValue"/>.</exception>
    public static Wei operator +(Wei left, Wei right) => new(left.Value + right.Value);

    /// <exception cref="ArgumentOutOfRangeException">More is taken away than there is.</exception>
    public static Wei operator -(Wei left, Wei right) => new(left.Value - right.Value);

    /// <summary>So many times the amount, e.g. the price of one gas times the gas.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The product is negative or above <see cref="MaxValue"/>.</exception>
    public static Wei operator *(Wei amount, BigInteger times) => new(amount.Value * times);

    public static bool operator <(Wei left, Wei right) => left.Value < right.Value;

    public static bool operator >(Wei left, Wei right) => left.Value > right.Value;

    public static bool operator <=(Wei left, Wei right) => left.Value <= right.Value;

    public static bool operator >=(Wei left, Wei right) => left.Value >= right.Value;

    /// <summary>The smaller of two amounts.</summary>
    public static Wei Min(Wei left, Wei right) => left < right ? left : right;

    /// <summary>The larger of two amounts.</summary>
    public static Wei Max(Wei left, Wei right) => left > right ? left : right;

    /// <summary>The sum of amounts; of none it is zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sum is above <see cref="MaxValue"/>.</exception>
    public static Wei Sum(IEnumerable<Wei> amounts)
    {
        ArgumentNullException.ThrowIfNull(amounts);
        return amounts.Aggregate(Zero, (sum, amount) => sum + amount);
    }

    /// <summary>Reads an amount as people write it, with its unit: <c>0.05 ETH</c>, <c>8 gwei</c>, <c>1 wei</c>.</summary>
    /// <param name="text">A decimal number without sign or exponent, perhaps a space, and the unit in any case.</param>
    /// <param name="amount">The amount; zero when the text is refused.</param>
    /// <param name="error">A sentence for people when the text is refused. Nothing is ever rounded: half a wei is refused.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out Wei amount, [NotNullWhen(false)] out string? error)
    {
        var parsed = AmountText.TryParse(text, s_units, out var value, out error);
        amount = new Wei(value);
        return parsed;
    }

    /// <summary>Reads the number of wei as JSON carries it: decimal digits and nothing else.</summary>
    public static bool TryParseDigits([NotNullWhen(true)] string? digits, out Wei amount)
    {
        var parsed = AmountText.TryParseDigits(digits, out var value);
        amount = new Wei(value);
        return parsed;
    }

    /// <summary>Splits so that nothing is lost: the share rounds down, the remainder is what is left.</summary>
    /// <param name="share">The part, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part is below 0 or above 1.</exception>
    public (Wei Share, Wei Remainder) Split(Ratio share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(share, Ratio.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, Ratio.One);
        var part = new Wei(Value * share.Numerator / share.Denominator);
        return (part, this - part);
    }

    public int CompareTo(Wei other) => Value.CompareTo(other.Value);

    /// <summary>The number of wei in decimal digits, as amounts cross JSON.</summary>
    public string ToDigits() => AmountText.Digits(Value);

    /// <summary>The exact amount in ETH with its unit, e.g. <c>0.000000000000000001 ETH</c>.</summary>
    public override string ToString() => AmountText.Format(Value, EthDecimals, EthUnit);
}
