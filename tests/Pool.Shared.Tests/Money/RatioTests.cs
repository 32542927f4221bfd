using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Pool.Shared.Money;

namespace Pool.Shared.Tests.Money;

public sealed class RatioTests
{
    private static readonly Gen<Ratio> s_ratios = Gen.Choose(-1000, 1000).Two()
        .Select(pair => new Ratio(pair.Item1, pair.Item2 == 0 ? 1 : pair.Item2));

    [Theory]
    [InlineData("4/6", "2/3")]
    [InlineData("-4/6", "-2/3")]
    [InlineData("0/7", "0/1")]
    [InlineData("5", "5/1")]
    public void Fraction_is_kept_in_lowest_terms(string text, string reduced)
    {
        Assert.True(Ratio.TryParse(text, out var ratio));

        Assert.Equal(reduced, ratio.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("1/0")]
    [InlineData("1/-2")]
    [InlineData("1.5")]
    [InlineData("a/b")]
    public void Text_that_is_no_fraction_is_refused(string? text) => Assert.False(Ratio.TryParse(text, out _));

    [Theory]
    [InlineData(7, 2, 3, 4, 3, 4)]
    [InlineData(-7, 2, -4, -3, -3, -4)]
    [InlineData(6, 3, 2, 2, 2, 2)]
    [InlineData(1, 3, 0, 1, 0, 0)]
    [InlineData(-1, 3, -1, 0, 0, 0)]
    public void Each_rounding_goes_its_way(int numerator, int denominator, int floor, int ceiling, int truncated, int rounded)
    {
        var ratio = new Ratio(numerator, denominator);

        Assert.Equal([floor, ceiling, truncated, rounded], new[] { ratio.Floor(), ratio.Ceiling(), ratio.Truncate(), ratio.Round() });
    }

    [Fact]
    public void Default_is_zero_and_a_denominator_of_zero_is_refused()
    {
        Assert.Equal(Ratio.Zero, default);
        Assert.Equal(new Ratio(0, -5), Ratio.Zero);
        Assert.Equal("0/1", default(Ratio).ToString());
        Assert.Throws<DivideByZeroException>(() => new Ratio(1, 0));
        Assert.Throws<DivideByZeroException>(() => Ratio.One / Ratio.Zero);
    }

    [Fact]
    public void Arithmetic_keeps_the_laws_of_numbers()
    {
        Prop.ForAll(s_ratios.Three().ToArbitrary(), three =>
        {
            var (a, b, c) = three;

            Assert.Equal(a + b, b + a);
            Assert.Equal((a + b) + c, a + (b + c));
            Assert.Equal(a * (b + c), (a * b) + (a * c));
            Assert.Equal(a, a + b - b);
            Assert.Equal(b.IsZero ? a : a * b / b, a);
            Assert.Equal((a - b).Sign, a.CompareTo(b));
            Assert.True(a.Denominator.Sign > 0 && BigInteger.GreatestCommonDivisor(a.Numerator, a.Denominator).IsOne);
            Assert.True(Ratio.TryParse(a.ToString(), out var read) && read == a);
        }).QuickCheckThrowOnFailure();
    }
}
