using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Pool.Shared.Money;

/// <summary>
/// An exact fraction of two integers in lowest terms, of either sign: a price per pixel, a share, what a ticket is expected to be worth, a
/// balance in fractions of a wei. Nothing is rounded unless a method's name says so.
/// </summary>
public readonly record struct Ratio : IComparable<Ratio>
{
    /// <summary>Longest text that is read: two numbers far above any the protocol has.</summary>
    private const int MaxLength = 1024;

    // Kept less one, so that the struct's default is 0/1.
    private readonly BigInteger _denominatorLessOne;

    /// <param name="numerator">Any integer.</param>
    /// <param name="denominator">Any integer but zero.</param>
    /// <exception cref="DivideByZeroException">The denominator is zero.</exception>
    public Ratio(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero)
        {
            throw new DivideByZeroException("The denominator of a ratio is zero.");
        }

        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        Numerator = numerator / divisor;
        _denominatorLessOne = (denominator / divisor) - 1;
    }

    /// <summary>0/1.</summary>
    public static Ratio Zero => default;

    /// <summary>1/1.</summary>
    public static Ratio One { get; } = new(1, 1);

    /// <summary>The numerator in lowest terms; it has the sign.</summary>
    public BigInteger Numerator { get; }

    /// <summary>The denominator in lowest terms, above zero.</summary>
    public BigInteger Denominator => _denominatorLessOne + 1;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => Numerator.Sign;

    /// <summary>Whether it is zero.</summary>
    public bool IsZero => Numerator.IsZero;

    public static implicit operator Ratio(BigInteger whole) => new(whole, 1);

    public static implicit operator Ratio(long whole) => new(whole, 1);

    public static Ratio operator +(Ratio left, Ratio right) =>
        new((left.Numerator * right.Denominator) + (right.Numerator * left.Denominator), left.Denominator * right.Denominator);

    public static Ratio operator -(Ratio left, Ratio right) => left + -right;

    public static Ratio operator -(Ratio value) => new(-value.Numerator, value.Denominator);

    public static Ratio operator *(Ratio left, Ratio right) =>
        new(left.Numerator * right.Numerator, left.Denominator * right.Denominator);

    /// <exception cref="DivideByZeroException">The right side is zero.</exception>
    public static Ratio operator /(Ratio left, Ratio right) =>
        new(left.Numerator * right.Denominator, left.Denominator * right.Numerator);

    public static bool operator <(Ratio left, Ratio right) => left.CompareTo(right) < 0;

    public static bool operator >(Ratio left, Ratio right) => left.CompareTo(right) > 0;

    public static bool operator <=(Ratio left, Ratio right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Ratio left, Ratio right) => left.CompareTo(right) >= 0;

    /// <summary>The larger of two.</summary>
    public static Ratio Max(Ratio left, Ratio right) => left > right ? left : right;

    /// <summary>Reads <c>numerator/denominator</c>, in lowest terms or not, or a whole number.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Ratio ratio)
    {
        ratio = default;
        if (text is null || text.Length > MaxLength)
        {
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var top = slash < 0 ? text.AsSpan() : text.AsSpan(0, slash);
        var bottom = slash < 0 ? "1" : text.AsSpan(slash + 1);
        if (!BigInteger.TryParse(top, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var numerator) ||
            !BigInteger.TryParse(bottom, NumberStyles.None, CultureInfo.InvariantCulture, out var denominator) ||
            denominator.IsZero)
        {
            return false;
        }

        ratio = new Ratio(numerator, denominator);
        return true;
    }

    /// <summary>The largest integer that is not above it.</summary>
    public BigInteger Floor()
    {
        var quotient = BigInteger.DivRem(Numerator, Denominator, out var remainder);
        return remainder.Sign < 0 ? quotient - 1 : quotient;
    }

    /// <summary>The smallest integer that is not below it.</summary>
    public BigInteger Ceiling() => -(-this).Floor();

    /// <summary>The integer towards zero.</summary>
    public BigInteger Truncate() => Numerator / Denominator;

    /// <summary>The nearest integer; a half goes away from zero, as the network prints its fractions.</summary>
    public BigInteger Round() => (((BigInteger.Abs(Numerator) * 2) + Denominator) / (Denominator * 2)) * Sign;

    public int CompareTo(Ratio other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    /// <summary><c>numerator/denominator</c> in lowest terms, as the protocol's vectors write it.</summary>
    public override string ToString() => $"{AmountText.Digits(Numerator)}/{AmountText.Digits(Denominator)}";
}
