using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Shared.Tests.Money;

public sealed class WeiTests
{
    [Theory]
    [InlineData("0", "0 ETH")]
    [InlineData("1", "0.000000000000000001 ETH")]
    [InlineData("1000000000000000000", "1 ETH")]
    [InlineData("50000000000000000", "0.05 ETH")]
    [InlineData("120000000000000000000", "120 ETH")]
    public void Amount_is_written_exactly_and_read_back(string digits, string text)
    {
        Assert.True(Wei.TryParseDigits(digits, out var amount));
        Assert.True(Wei.TryParse(text, out var read, out _));

        Assert.Equal(text, amount.ToString());
        Assert.Equal(digits, amount.ToDigits());
        Assert.Equal(amount, read);
    }

    [Theory]
    [InlineData("8 gwei", "8000000000")]
    [InlineData("8gwei", "8000000000")]
    [InlineData(" 0.000000001 Gwei ", "1")]
    [InlineData("7 wei", "7")]
    [InlineData("0.50 eth", "500000000000000000")]
    [InlineData("007 wei", "7")]
    public void Units_are_read_in_any_case(string text, string digits)
    {
        Assert.True(Wei.TryParse(text, out var amount, out _));

        Assert.Equal(digits, amount.ToDigits());
    }

    [Theory]
    [InlineData(null, "is empty")]
    [InlineData("", "is empty")]
    [InlineData("5", "unit")]
    [InlineData("5 LPT", "unit")]
    [InlineData("ETH", "not a decimal number")]
    [InlineData("-1 ETH", "not a decimal number")]
    [InlineData("1e18 wei", "not a decimal number")]
    [InlineData("1. ETH", "not a decimal number")]
    [InlineData(".5 ETH", "not a decimal number")]
    [InlineData("1,5 ETH", "not a decimal number")]
    [InlineData("0.5 wei", "decimal places")]
    [InlineData("0.0000000000000000001 ETH", "decimal places")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639936 wei", "above 2^256-1")]
    public void Text_that_is_no_exact_amount_is_refused_with_the_reason(string? text, string reason)
    {
        Assert.False(Wei.TryParse(text, out var amount, out var error));

        Assert.True(amount.IsZero);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("0x1")]
    [InlineData("1.0")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    public void Digits_are_digits_only_and_in_range(string digits) => Assert.False(Wei.TryParseDigits(digits, out _));

    [Fact]
    public void Taking_away_too_much_and_going_above_the_range_throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Wei.One - Wei.OneGwei);
        Assert.Throws<ArgumentOutOfRangeException>(() => Wei.MaxValue + Wei.One);
        Assert.Throws<ArgumentOutOfRangeException>(() => Wei.MaxValue * 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Wei(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LptWei(Uint256.Max + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LptWei.Zero - LptWei.OneLpt);
    }

    [Fact]
    public void Split_loses_nothing_and_rounds_the_share_down()
    {
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue).Three().ToArbitrary(),
            numbers =>
            {
                var (amount, first, second) = (new Wei(numbers.Item1), numbers.Item2, numbers.Item3);
                var share = new Ratio(Math.Min(first, second), Math.Max(Math.Max(first, second), 1));

                var (part, remainder) = amount.Split(share);

                Assert.Equal(amount, part + remainder);
                Assert.True((Ratio)part.Value <= share * amount.Value && share * amount.Value < part.Value + 1);
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Share_outside_of_0_to_1_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Wei.One.Split(new Ratio(3, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => LptWei.OneLpt.Split(new Ratio(-1, 2)));
    }

    [Fact]
    public void Every_amount_survives_its_text()
    {
        Prop.ForAll(
            ArbMap.Default.GeneratorFor<byte[]>().Where(bytes => bytes.Length <= Uint256.Bytes).ToArbitrary(),
            bytes =>
            {
                var amount = new Wei(BigEndian.Read(bytes));

                Assert.True(Wei.TryParse(amount.ToString(), out var fromText, out _));
                Assert.True(Wei.TryParseDigits(amount.ToDigits(), out var fromDigits));
                Assert.True(LptWei.TryParse(new LptWei(amount.Value).ToString(), out var lpt, out _));

                Assert.Equal(amount, fromText);
                Assert.Equal(amount, fromDigits);
                Assert.Equal(amount.Value, lpt.Value);
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Order_sum_and_extremes_are_those_of_the_numbers()
    {
        var amounts = new[] { Wei.OneEth, Wei.Zero, Wei.OneGwei };

        Assert.Equal([Wei.Zero, Wei.OneGwei, Wei.OneEth], amounts.Order());
        Assert.Equal(BigInteger.Parse("1000000001000000000"), Wei.Sum(amounts).Value);
        Assert.Equal(Wei.OneEth, Wei.Max(Wei.OneGwei, Wei.OneEth));
        Assert.Equal(Wei.OneGwei, Wei.Min(Wei.OneGwei, Wei.OneEth));
        Assert.Equal("1.5 LPT", (LptWei.OneLpt + new LptWei(LptWei.OneLpt.Value / 2)).ToString());
    }
}
