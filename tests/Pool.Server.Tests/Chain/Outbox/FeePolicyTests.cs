using System.Numerics;
using Pool.Server.Chain;
using Pool.Server.Chain.Outbox;
using Pool.Server.Node;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>The arithmetic of fees.</summary>
public sealed class FeePolicyTests
{
    private static readonly FeePolicy s_policy = new(Tip: Wei.Zero, Floor: Wei.Zero, Ceiling: Gwei(100));

    [Fact]
    public void A_first_attempt_offers_twice_the_base_fee_and_no_tip() => Assert.Equal(new Fees(Gwei(6), Wei.Zero), s_policy.First(Gwei(3)));

    [Fact]
    public void A_first_attempt_never_offers_more_than_the_ceiling_and_waits_while_the_base_fee_is_above_it()
    {
        Assert.Equal(new Fees(Gwei(100), Wei.Zero), s_policy.First(Gwei(70)));
        Assert.Equal(new Fees(Gwei(100), Wei.Zero), s_policy.First(Gwei(100)));
        Assert.Null(s_policy.First(Gwei(101)));
        Assert.Equal(new Fees(Gwei(2_002), Gwei(2)), (s_policy with { Ceiling = null, Tip = Gwei(2) }).First(Gwei(1_000)));
    }

    [Fact]
    public void A_tip_is_part_of_the_whole_and_the_floor_counts()
    {
        Assert.Equal(new Fees(Gwei(7), Gwei(1)), (s_policy with { Tip = Gwei(1) }).First(Gwei(3)));
        Assert.Equal(new Fees(Gwei(9), Wei.Zero), (s_policy with { Floor = Gwei(9) }).First(Gwei(3)));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(8, 9)]
    [InlineData(9, 11)]
    [InlineData(1000, 1125)]
    [InlineData(1001, 1127)]
    public void A_replacement_offers_an_eighth_more_of_both_rounded_up(int old, int raised)
    {
        var fees = s_policy.Raise(new Fees(new Wei(old), new Wei(old)), Wei.Zero);

        Assert.Equal(new Fees(new Wei(raised), new Wei(raised)), fees);
    }

    [Fact]
    public void A_replacement_offers_a_tip_where_there_was_none_and_what_a_first_attempt_would()
    {
        Assert.Equal(new Fees(Gwei(20), Wei.One), s_policy.Raise(new Fees(Gwei(6), Wei.Zero), Gwei(10)));
    }

    [Fact]
    public void A_replacement_above_the_ceiling_is_none()
    {
        Assert.NotNull(s_policy.Raise(new Fees(Gwei(88), Wei.Zero), Gwei(1)));
        Assert.Null(s_policy.Raise(new Fees(Gwei(89), Wei.Zero), Gwei(1)));
        Assert.Null(s_policy.Raise(new Fees(Gwei(1), Wei.Zero), Gwei(101)));
    }

    [Fact]
    public void Settings_that_are_no_amounts_are_named()
    {
        var wrong = Assert.Throws<StartUpException>(() => FeePolicy.Of(new ChainOptions { MaxGasPrice = "8 gwei" }, new OutboxOptions()));
        Assert.Contains("Chain:MaxGasPrice is '8 gwei'", wrong.Message, StringComparison.Ordinal);
        Assert.Null(FeePolicy.Of(new ChainOptions(), new OutboxOptions()).Ceiling);
    }

    [Fact]
    public void Finality_is_a_word_or_a_number()
    {
        Assert.Equal(12UL, FinalityRule.Parse("12").Depth);
        Assert.NotNull(FinalityRule.Parse("safe").Tag);
        Assert.Throws<StartUpException>(() => FinalityRule.Parse("soon"));
    }

    private static Wei Gwei(int amount) => Wei.OneGwei * (BigInteger)amount;
}
