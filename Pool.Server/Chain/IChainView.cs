using System.Numerics;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Chain;

/// <summary>What the pool knows of the chain without asking it: kept by the follower, read by everybody at once.</summary>
public interface IChainView
{
    /// <summary>The chain as it was seen last. There is one from before the first gateway is listened to.</summary>
    ChainSnapshot Now { get; }

    /// <summary>Completes at the next snapshot. Take it before looking, or the change in between is missed.</summary>
    Task NextChange();

    /// <summary>
    /// What a sender has in the TicketBroker: from memory when its figures of this round are known and no event has changed them, else asked.
    /// </summary>
    /// <exception cref="RpcException">It is not known, and no endpoint answered.</exception>
    ValueTask<SenderAccount> SenderAsync(Address sender, CancellationToken cancellationToken);
}

/// <summary>The chain at a block.</summary>
/// <param name="Head">The newest block.</param>
/// <param name="Round">The last initialized round (protocol §6.3).</param>
/// <param name="GasPrice">What a gas costs, not below the operator's floor (protocol §5.4).</param>
/// <param name="Orchestrator">Our own entry in the BondingManager.</param>
/// <param name="IsPaused">Whether the Controller has stopped the system.</param>
/// <param name="SeenAt">When it was seen.</param>
public sealed record ChainSnapshot(BlockHeader Head, RoundState Round, Wei GasPrice, OrchestratorState Orchestrator, bool IsPaused, DateTimeOffset SeenAt);

/// <summary>A round of the protocol.</summary>
/// <param name="Number">Its number: the last one that was initialized.</param>
/// <param name="BlockHash">Hash the chain stored for it.</param>
/// <param name="PreviousBlockHash">Hash stored for the round before.</param>
/// <param name="StartBlock">L1 block it began with.</param>
/// <param name="Length">L1 blocks of a round.</param>
/// <param name="PoolSize">Orchestrators in the active set.</param>
public sealed record RoundState(long Number, Bytes32 BlockHash, Bytes32 PreviousBlockHash, ulong StartBlock, ulong Length, BigInteger PoolSize)
{
    /// <summary>What tickets of now are stamped with: the round before where this one has no hash (protocol §5.4).</summary>
    public CreationRound Creation => BlockHash.IsZero && Number > 0 ? new CreationRound(Number - 1, PreviousBlockHash) : new CreationRound(Number, BlockHash);
}

/// <summary>Our entry in the BondingManager.</summary>
/// <param name="Account">The orchestrator's address, which tickets are paid to.</param>
/// <param name="LastRewardRound">Round of its last reward call.</param>
/// <param name="RewardCut">What it keeps of the rewards, of 1,000,000.</param>
/// <param name="FeeShare">What its delegators get of the fees, of 1,000,000.</param>
/// <param name="ActivationRound">First round it is active in.</param>
/// <param name="DeactivationRound">First round it is not active in any more.</param>
public sealed record OrchestratorState(
    Address Account, BigInteger LastRewardRound, BigInteger RewardCut, BigInteger FeeShare, BigInteger ActivationRound, BigInteger DeactivationRound)
{
    /// <summary>Whether it is in the active set of a round (protocol §4.6, step 4).</summary>
    public bool IsActiveIn(long round) => ActivationRound <= round && round < DeactivationRound;
}

/// <summary>What a sender has locked (protocol §5.10, <c>getSenderInfo</c>, <c>claimedReserve</c>).</summary>
/// <param name="Deposit">Paid from first.</param>
/// <param name="WithdrawRound">Round from which it may take everything out; zero while it is not unlocking.</param>
/// <param name="FundsRemaining">What is left of its reserve.</param>
/// <param name="ClaimedInCurrentRound">What all orchestrators took of the reserve in this round.</param>
/// <param name="Claimed">What we took of it.</param>
public sealed record SenderAccount(Wei Deposit, BigInteger WithdrawRound, Wei FundsRemaining, Wei ClaimedInCurrentRound, Wei Claimed)
{
    /// <summary>What of it one orchestrator can count on.</summary>
    /// <param name="round">The round that is now.</param>
    /// <param name="pending">Face values of the sender's tickets that are being redeemed.</param>
    public SenderFunds FundsIn(RoundState round, Wei pending) => new()
    {
        Deposit = Deposit,
        FundsRemaining = FundsRemaining,
        ClaimedInCurrentRound = ClaimedInCurrentRound,
        Claimed = Claimed,
        PoolSize = round.PoolSize,
        Pending = pending,
    };
}
