using System.Numerics;
using Pool.Shared.Money;

namespace Pool.Shared.Livepeer.Tickets;

/// <summary>What a sender has locked in the TicketBroker, as far as one orchestrator can count on it (protocol §5.4).</summary>
public sealed record SenderFunds
{
    /// <summary>From this ratio of deposit to what is being redeemed on, redemptions in flight do not lessen the float.</summary>
    private const int SafeDepositRatio = 3;

    /// <summary>The sender's deposit, from which tickets are paid first.</summary>
    public required Wei Deposit { get; init; }

    /// <summary>What is left of the sender's reserve.</summary>
    public required Wei FundsRemaining { get; init; }

    /// <summary>What all orchestrators took from the reserve in this round.</summary>
    public required Wei ClaimedInCurrentRound { get; init; }

    /// <summary>What this orchestrator took of it.</summary>
    public required Wei Claimed { get; init; }

    /// <summary>Number of orchestrators in the active set; each has an equal part of the reserve.</summary>
    public required BigInteger PoolSize { get; init; }

    /// <summary>Sum of the face values of this sender's tickets that are being redeemed.</summary>
    public required Wei Pending { get; init; }

    /// <summary>This orchestrator's part of the reserve, less what it took; below zero when the part has become smaller since.</summary>
    public BigInteger ReserveAllocation => PoolSize.Sign <= 0
        ? BigInteger.Zero
        : ((FundsRemaining + ClaimedInCurrentRound).Value / PoolSize) - Claimed.Value;

    /// <summary>The largest face value that is safe to accept; it can be below zero.</summary>
    public BigInteger MaxFloat => Pending.IsZero || Deposit.Value >= Pending.Value * SafeDepositRatio
        ? ReserveAllocation
        : ReserveAllocation - Pending.Value;
}
