using System.Numerics;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Shared.Livepeer.Tickets;

/// <summary>A ticket's probability to win: a numerator over 2^256-1 (protocol §5.1).</summary>
public readonly record struct WinProbability : IComparable<WinProbability>
{
    /// <param name="numerator">0 never wins, 2^256-1 always but for one draw in 2^256.</param>
    /// <exception cref="ArgumentOutOfRangeException">The numerator is negative or needs more than 256 bits.</exception>
    public WinProbability(BigInteger numerator)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(numerator);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(numerator, Uint256.Max);
        Numerator = numerator;
    }

    /// <summary>Never wins.</summary>
    public static WinProbability Never => default;

    /// <summary>The highest there is.</summary>
    public static WinProbability Highest { get; } = new(Uint256.Max);

    public BigInteger Numerator { get; }

    public static bool operator <(WinProbability left, WinProbability right) => left.Numerator < right.Numerator;

    public static bool operator >(WinProbability left, WinProbability right) => left.Numerator > right.Numerator;

    public static bool operator <=(WinProbability left, WinProbability right) => left.Numerator <= right.Numerator;

    public static bool operator >=(WinProbability left, WinProbability right) => left.Numerator >= right.Numerator;

    /// <summary>What a ticket is worth on average, in wei: face value × win probability, exactly (protocol §5.4).</summary>
    public Ratio ExpectedValue(Wei faceValue) => new(faceValue.Value * Numerator, Uint256.Max);

    public int CompareTo(WinProbability other) => Numerator.CompareTo(other.Numerator);

    /// <summary>The numerator in decimal digits.</summary>
    public override string ToString() => Numerator.ToString();
}
