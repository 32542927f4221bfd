using System.Numerics;
using Pool.Server.Chain;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Tickets.Redemption;

/// <summary>What a redemption depends on, as it is now.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Sender">What the sender has.</param>
/// <param name="Pending">Face values of its tickets that are being redeemed.</param>
/// <param name="TxCost">What redeeming a ticket costs now.</param>
/// <param name="ValidityRounds">Rounds a ticket can be redeemed in, its own included; of the contract.</param>
internal sealed record RedemptionState(ChainSnapshot Chain, SenderAccount Sender, Wei Pending, Wei TxCost, BigInteger ValidityRounds)
{
    /// <summary>What the sender can back, by the rules of protocol §5.4.</summary>
    public SenderFunds Funds => Sender.FundsIn(Chain.Round, Pending);
}

/// <summary>Whether a winning ticket is redeemed now (protocol §5.9, §5.11).</summary>
internal static class RedemptionRules
{
    /// <summary>L1 blocks before its last round ends in which a ticket that waits for a better moment is redeemed as it is: there is no better one.</summary>
    public const ulong LastBlocks = 100;

    /// <summary>L1 blocks before a round's end in which nothing is begun that can as well wait for the next round: mined after the end it would revert, and cost its gas.</summary>
    public const ulong ClosingBlocks = 3;

    public static RedemptionChoice Choose(Winner winner, RedemptionState state)
    {
        var (round, ticket) = (state.Chain.Round, winner.Ticket.Ticket);
        var lastRound = ticket.Created.Round + state.ValidityRounds - 1;
        if (ticket.Created.IsNone)
        {
            return new RedemptionChoice.Lost("it was made in no round and can never be redeemed");
        }

        if (round.Number > lastRound)
        {
            return new RedemptionChoice.Lost($"it expired: made in round {ticket.Created.Round}, now is round {round.Number}");
        }

        if (state.Sender.WithdrawRound.Sign > 0 && round.Number >= state.Sender.WithdrawRound)
        {
            return new RedemptionChoice.Wait("its sender has unlocked its deposit and reserve");
        }

        if (NotNow(state.Chain) is { } why)
        {
            return new RedemptionChoice.Wait(why);
        }

        // From the round before it may take everything out on, none of its tickets is taken (protocol §5.6, step 1): its recipient rands give nothing away.
        var isUrgent = state.Sender.WithdrawRound.Sign > 0 && state.Sender.WithdrawRound <= round.Number + 1;
        if (!isUrgent && winner.ParamsExpirationBlock > state.Chain.Head.L1Number)
        {
            return new RedemptionChoice.Wait($"its parameters take tickets until L1 block {winner.ParamsExpirationBlock}");
        }

        if (!isUrgent && round.Number < lastRound && state.Chain.Head.L1Number + ClosingBlocks >= round.StartBlock + round.Length)
        {
            return new RedemptionChoice.Wait("the round is nearly over; it has the next one, too");
        }

        var isLastChance = isUrgent || (round.Number == lastRound && state.Chain.Head.L1Number + LastBlocks >= round.StartBlock + round.Length);
        return Worth(ticket, state, isLastChance) is { } wait ? wait : new RedemptionChoice.Redeem(isUrgent);
    }

    /// <summary>What keeps everything from being redeemed now.</summary>
    private static string? NotNow(ChainSnapshot chain) =>
        chain.IsPaused ? "the protocol is paused"
        : !chain.Orchestrator.IsActiveIn(chain.Round.Number) ? $"the orchestrator is not active in round {chain.Round.Number}"
        : chain.Head.L1Number >= chain.Round.StartBlock + chain.Round.Length ? "the round is over and the next one is not initialized"
        : null;

    /// <summary>Why it does not pay now; null when it does.</summary>
    private static RedemptionChoice.Wait? Worth(Ticket ticket, RedemptionState state, bool isLastChance)
    {
        if (ticket.FaceValue <= state.TxCost)
        {
            return new RedemptionChoice.Wait($"insufficient ticket face value for redeem tx cost: {ticket.FaceValue} against {state.TxCost}");
        }

        var free = state.Funds.ReserveAllocation + state.Sender.Deposit.Value - state.Pending.Value;
        if (free <= state.TxCost.Value)
        {
            return new RedemptionChoice.Wait($"insufficient sender funds for redeem tx cost: {Text(free)} against {state.TxCost}");
        }

        // A ticket is used up by whatever is paid for it: what the sender lacks now is lost for good.
        return free < ticket.FaceValue.Value && !isLastChance
            ? new RedemptionChoice.Wait($"its sender has {Text(free)} for {ticket.FaceValue}")
            : null;
    }

    private static string Text(BigInteger amount) => amount.Sign > 0 ? new Wei(amount).ToString() : "nothing";
}
