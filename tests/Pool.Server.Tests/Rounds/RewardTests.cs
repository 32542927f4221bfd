using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Pool.Server.Chain;
using Pool.Server.Rounds;
using Pool.Shared.Ethereum;

namespace Pool.Server.Tests.Rounds;

/// <summary>When the reward is called, and with which hints.</summary>
public sealed class RewardTests
{
    private const int AlarmPercent = 50;

    [Fact]
    public void Reward_is_called_once_in_a_round_as_soon_as_it_can_be()
    {
        Assert.Equal(RewardStep.Call, Step(5000, lastReward: 49));
        Assert.Equal(RewardStep.Call, Step(5099, lastReward: 49));
        Assert.Equal(RewardStep.None, Step(5000, lastReward: 50));
    }

    [Fact]
    public void Nothing_is_called_that_would_revert()
    {
        Assert.Equal(RewardStep.None, Step(5100, lastReward: 49));
        Assert.Equal(RewardStep.None, Step(5000, lastReward: 49, chain => chain with { IsPaused = true }));
        Assert.Equal(RewardStep.None, Step(5000, lastReward: 0, chain => chain.With(own => own with { ActivationRound = 51 })));
        Assert.Equal(RewardStep.None, Step(5000, lastReward: 49, chain => chain.With(own => own with { DeactivationRound = 50 })));
    }

    [Fact]
    public void After_a_missed_reward_tickets_go_first_until_the_reward_itself_is_in_danger()
    {
        Assert.Equal(RewardStep.RedeemFirst, Step(5000, lastReward: 48));
        Assert.Equal(RewardStep.RedeemFirst, Step(5049, lastReward: 48));
        Assert.Equal(RewardStep.Call, Step(5050, lastReward: 48));
        Assert.Equal(RewardStep.Call, RewardTime.Of(Chain(5000, 48), hasOpenRedemptions: false, AlarmPercent));
    }

    [Fact]
    public void Whether_tickets_wait_matters_only_where_they_go_first()
    {
        foreach (var chain in from block in Enumerable.Range(5000, 102) from reward in Enumerable.Range(46, 5) select Chain((ulong)block, reward))
        {
            var (waiting, none) = (RewardTime.Of(chain, hasOpenRedemptions: true, AlarmPercent), RewardTime.Of(chain, hasOpenRedemptions: false, AlarmPercent));

            Assert.Equal(waiting == RewardStep.RedeemFirst ? RewardStep.Call : waiting, none);
        }
    }

    [Fact]
    public void Who_leaves_delegators_nothing_of_the_fees_or_was_not_active_before_has_missed_nothing()
    {
        Assert.Equal(RewardStep.Call, Step(5000, lastReward: 48, chain => chain.With(own => own with { FeeShare = 0 })));
        Assert.Equal(RewardStep.Call, Step(5000, lastReward: 0, chain => chain.With(own => own with { ActivationRound = 50 })));
    }

    [Fact]
    public void Hints_are_the_neighbours_of_the_stake_with_the_reward()
    {
        (Address, BigInteger)[] list = [(Account(1), 90), (Account(2), 70), (Account(3), 50), (Account(4), 30)];

        Assert.Equal(new RewardHints(Account(1), Account(2)), RewardHints.Between(list, 100, Account(3), 75));
        Assert.Equal(new RewardHints(Account(2), Account(4)), RewardHints.Between(list, 100, Account(3), 51));
        Assert.Equal(new RewardHints(Address.Zero, Account(1)), RewardHints.Between(list, 100, Account(3), 91));
        Assert.Equal(new RewardHints(Account(3), Address.Zero), RewardHints.Between(list, 100, Account(4), 31));
        Assert.Equal(new RewardHints(Account(3), Address.Zero), RewardHints.Between(list, 4, Account(9), 40));
        Assert.Equal(RewardHints.None, RewardHints.Between([(Account(1), 5)], 100, Account(1), 6));
    }

    [Fact]
    public void Hints_keep_the_list_sorted_whatever_it_is() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(0, 50).ListOf().Select(stakes => stakes.OrderDescending().ToList()).ToArbitrary(), Gen.Choose(0, 50).ToArbitrary(), (stakes, own) =>
        {
            var list = stakes.Select((stake, index) => (Account(index + 1), (BigInteger)stake)).ToList();
            var hints = RewardHints.Between(list, 100, Account(200), own);
            var stakeOf = list.ToDictionary(entry => entry.Item1, entry => entry.Item2);
            return (hints.Previous.IsZero || stakeOf[hints.Previous] >= own) && (hints.Next.IsZero || stakeOf[hints.Next] < own);
        }));

    private static RewardStep Step(ulong l1Block, int lastReward, Func<ChainSnapshot, ChainSnapshot>? change = null) =>
        RewardTime.Of((change ?? (chain => chain))(Chain(l1Block, lastReward)), hasOpenRedemptions: true, AlarmPercent);

    private static ChainSnapshot Chain(ulong l1Block, int lastReward) => TestChains.At(l1Block).With(own => own with { LastRewardRound = lastReward });

    private static Address Account(int number) => Address.FromWire([(byte)number]);
}
