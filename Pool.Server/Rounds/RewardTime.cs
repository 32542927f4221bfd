using Pool.Server.Chain;

namespace Pool.Server.Rounds;

/// <summary>What is to be done about the reward of the round that is now.</summary>
internal enum RewardStep
{
    /// <summary>Nothing: it was called, or there is none for us.</summary>
    None,

    /// <summary>Winning tickets first: an order that costs nobody anything.</summary>
    RedeemFirst,

    /// <summary>Now.</summary>
    Call,
}

/// <summary>When the reward is called (protocol §6.5, chain §3).</summary>
internal static class RewardTime
{
    private const int Percent = 100;

    /// <summary>
    /// The step. In a round after one whose reward was missed, whatever is redeemed after the call loses a part of the delegators' fees to nobody, unless they have none: tickets go first then, until the
    /// reward itself is in danger.
    /// </summary>
    /// <param name="chain">The chain.</param>
    /// <param name="hasOpenRedemptions">Whether winning tickets wait.</param>
    /// <param name="alarmPercent">From this share of the round on it is late.</param>
    public static RewardStep Of(ChainSnapshot chain, bool hasOpenRedemptions, int alarmPercent)
    {
        var (round, own) = (chain.Round.Number, chain.Orchestrator);
        if (chain.IsPaused || !own.IsActiveIn(round) || own.LastRewardRound >= round || IsOver(chain))
        {
            return RewardStep.None;
        }

        var missed = own.LastRewardRound < round - 1 && own.ActivationRound < round;
        return missed && !own.FeeShare.IsZero && hasOpenRedemptions && !IsLate(chain, alarmPercent) ? RewardStep.RedeemFirst : RewardStep.Call;
    }

    /// <summary>Whether this much of the round has gone by.</summary>
    public static bool IsLate(ChainSnapshot chain, int alarmPercent) =>
        chain.Head.L1Number >= chain.Round.StartBlock + (chain.Round.Length * (ulong)alarmPercent / Percent);

    /// <summary>Whether the round's blocks are over, so that calls revert until the next round is initialized.</summary>
    public static bool IsOver(ChainSnapshot chain) => chain.Head.L1Number >= chain.Round.StartBlock + chain.Round.Length;
}
