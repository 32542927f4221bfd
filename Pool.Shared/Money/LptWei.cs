using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Money;

/// <summary>
/// An amount of the Livepeer token in its smallest unit (10^-18 LPT), 0 to 2^256-1. Never negative: subtracting too much throws. It does
/// not add up with <see cref="Wei"/>.
/// </summary>
public readonly record struct LptWei : IComparable<LptWei>
{
    /// <summary>Decimal places of one LPT (livepeer-contracts, LPT <c>decimals()</c>).</summary>
    public const int LptDecimals = 18;

    private const string LptUnit = "LPT";

    private static readonly AmountUnit[] s_units = [new(LptUnit, LptDecimals)];

    /// <param name="value">The number of smallest units.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or needs more than 256 bits.</exception>
    public LptWei(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Uint256.Max);
        Value = value;
    }

    /// <summary>Nothing.</summary>
    public static LptWei Zero => default;

    /// <summary>One LPT, 10^18 smallest units.</summary>
    public static LptWei OneLpt { get; } = new(BigInteger.Pow(10, LptDecimals));

    /// <summary>The largest amount there is, 2^256-1.</summary>
    public static LptWei MaxValue { get; } = new(Uint256.Max);

    /// <summary>The number of smallest units.</summary>
    public BigInteger Value { get; }

    /// <summary>Whether it is nothing.</summary>
    public bool IsZero => Value.IsZero;

    /// <exception cref="ArgumentOutOfRangeException">The sum is above <see cref="MaxValue"/>.</exception>
    public static LptWei operator +(LptWei left, LptWei right) => new(left.Value + right.Value);

    /// <exception cref="ArgumentOutOfRangeException">More is taken away than there is.</exception>
    public static LptWei operator -(LptWei left, LptWei right) => new(left.Value - right.Value);

    /// <summary>So many times the amount.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The product is negative or above <see cref="MaxValue"/>.</exception>
    public static LptWei operator *(LptWei amount, BigInteger times) => new(amount.Value * times);

    public static bool operator <(LptWei left, LptWei right) => left.Value < right.Value;

    public static bool operator >(LptWei left, LptWei right) => left.Value > right.Value;

    public static bool operator <=(LptWei left, LptWei right) => left.Value <= right.Value;

    public static bool operator >=(LptWei left, LptWei right) => left.Value >= right.Value;

    /// <summary>The smaller of two amounts.</summary>
    public static LptWei Min(LptWei left, LptWei right) => left < right ? left : right;

    /// <summary>The larger of two amounts.</summary>
    public static LptWei Max(LptWei left, LptWei right) => left > right ? left : right;

    /// <summary>The sum of amounts; of none it is zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sum is above <see cref="MaxValue"/>.</exception>
    public static LptWei Sum(IEnumerable<LptWei> amounts)
    {
        ArgumentNullException.ThrowIfNull(amounts);
        return amounts.Aggregate(Zero, (sum, amount) => sum + amount);
    }

    /// <summary>Reads an amount as people write it, with its unit: <c>1.5 LPT</c>.</summary>
    /// <param name="text">A decimal number without sign or exponent, perhaps a space, and the unit in any case.</param>
    /// <param name="amount">The amount; zero when the text is refused.</param>
    /// <param name="error">A sentence for people when the text is refused. Nothing is ever rounded.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out LptWei amount, [NotNullWhen(false)] out string? error)
    {
        var parsed = AmountText.TryParse(text, s_units, out var value, out error);
        amount = new LptWei(value);
        return parsed;
    }

    /// <summary>Reads the number of smallest units as JSON carries it: decimal digits and nothing else.</summary>
    public static bool TryParseDigits([NotNullWhen(true)] string? digits, out LptWei amount)
    {
        var parsed = AmountText.TryParseDigits(digits, out var value);
        amount = new LptWei(value);
        return parsed;
    }

    /// <summary>Splits so that nothing is lost: the share rounds down, the remainder is what is left.</summary>
    /// <param name="share">The part, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part is below 0 or above 1.</exception>
    public (LptWei Share, LptWei Remainder) Split(Ratio share)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(share, Ratio.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, Ratio.One);
        var part = new LptWei(Value * share.Numerator / share.Denominator);
        return (part, this - part);
    }

    public int CompareTo(LptWei other) => Value.CompareTo(other.Value);

    /// <summary>The number of smallest units in decimal digits, as amounts cross JSON.</summary>
    public string ToDigits() => AmountText.Digits(Value);

    /// <summary>The exact amount in LPT with its unit, e.g. <c>1.5 LPT</c>.</summary>
    public override string ToString() => AmountText.Format(Value, LptDecimals, LptUnit);
}
