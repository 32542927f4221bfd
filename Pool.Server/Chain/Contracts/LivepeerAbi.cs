using Pool.Shared.Ethereum.Abi;

namespace Pool.Server.Chain.Contracts;

/// <summary>The registry of all other contracts (contracts §1).</summary>
internal static class ControllerAbi
{
    public static AbiFunction GetContract { get; } = AbiFunction.Parse("function getContract(bytes32 id) view returns (address)");

    public static AbiFunction Paused { get; } = AbiFunction.Parse("function paused() view returns (bool)");
}

/// <summary>Rounds of the protocol (contracts §3).</summary>
internal static class RoundsManagerAbi
{
    public static AbiFunction LastInitializedRound { get; } = AbiFunction.Parse("function lastInitializedRound() view returns (uint256)");

    public static AbiFunction CurrentRound { get; } = AbiFunction.Parse("function currentRound() view returns (uint256)");

    public static AbiFunction CurrentRoundInitialized { get; } = AbiFunction.Parse("function currentRoundInitialized() view returns (bool)");

    public static AbiFunction CurrentRoundStartBlock { get; } = AbiFunction.Parse("function currentRoundStartBlock() view returns (uint256)");

    public static AbiFunction CurrentRoundLocked { get; } = AbiFunction.Parse("function currentRoundLocked() view returns (bool)");

    public static AbiFunction RoundLength { get; } = AbiFunction.Parse("function roundLength() view returns (uint256)");

    public static AbiFunction BlockHashForRound { get; } = AbiFunction.Parse("function blockHashForRound(uint256 round) view returns (bytes32)");

    public static AbiFunction InitializeRound { get; } = AbiFunction.Parse("function initializeRound()");

    public static AbiEvent NewRound { get; } = AbiEvent.Parse("event NewRound(uint256 indexed round, bytes32 blockHash)");
}

/// <summary>Stake, rewards and fees (contracts §4).</summary>
internal static class BondingManagerAbi
{
    public static AbiFunction GetTranscoder { get; } = AbiFunction.Parse(
        "function getTranscoder(address transcoder) view returns (uint256 lastRewardRound, uint256 rewardCut, uint256 feeShare, uint256 lastActiveStakeUpdateRound, "
        + "uint256 activationRound, uint256 deactivationRound, uint256 activeCumulativeRewards, uint256 cumulativeRewards, uint256 cumulativeFees, uint256 lastFeeRound)");

    public static AbiFunction GetTranscoderEarningsPoolForRound { get; } = AbiFunction.Parse(
        "function getTranscoderEarningsPoolForRound(address transcoder, uint256 round) view returns (uint256 totalStake, uint256 transcoderRewardCut, "
        + "uint256 transcoderFeeShare, uint256 cumulativeRewardFactor, uint256 cumulativeFeeFactor)");

    public static AbiFunction GetDelegator { get; } = AbiFunction.Parse(
        "function getDelegator(address delegator) view returns (uint256 bondedAmount, uint256 fees, address delegateAddress, uint256 delegatedAmount, "
        + "uint256 startRound, uint256 lastClaimRound, uint256 nextUnbondingLockId)");

    public static AbiFunction GetTranscoderPoolSize { get; } = AbiFunction.Parse("function getTranscoderPoolSize() view returns (uint256)");

    public static AbiFunction GetTranscoderPoolMaxSize { get; } = AbiFunction.Parse("function getTranscoderPoolMaxSize() view returns (uint256)");

    public static AbiFunction GetFirstTranscoderInPool { get; } = AbiFunction.Parse("function getFirstTranscoderInPool() view returns (address)");

    public static AbiFunction GetNextTranscoderInPool { get; } = AbiFunction.Parse("function getNextTranscoderInPool(address transcoder) view returns (address)");

    public static AbiFunction TranscoderTotalStake { get; } = AbiFunction.Parse("function transcoderTotalStake(address transcoder) view returns (uint256)");

    public static AbiFunction GetTotalBonded { get; } = AbiFunction.Parse("function getTotalBonded() view returns (uint256)");

    public static AbiFunction PendingStake { get; } = AbiFunction.Parse("function pendingStake(address delegator, uint256 endRound) view returns (uint256)");

    public static AbiFunction PendingFees { get; } = AbiFunction.Parse("function pendingFees(address delegator, uint256 endRound) view returns (uint256)");

    public static AbiFunction IsRegisteredTranscoder { get; } = AbiFunction.Parse("function isRegisteredTranscoder(address transcoder) view returns (bool)");

    public static AbiFunction RewardWithHint { get; } = AbiFunction.Parse("function rewardWithHint(address newPosPrev, address newPosNext)");

    public static AbiFunction Bond { get; } = AbiFunction.Parse("function bond(uint256 amount, address to)");

    public static AbiFunction Transcoder { get; } = AbiFunction.Parse("function transcoder(uint256 rewardCut, uint256 feeShare)");

    public static AbiEvent Reward { get; } = AbiEvent.Parse("event Reward(address indexed transcoder, uint256 amount)");

    public static AbiEvent TranscoderDeactivated { get; } = AbiEvent.Parse("event TranscoderDeactivated(address indexed transcoder, uint256 deactivationRound)");

    public static AbiEvent WithdrawFees { get; } = AbiEvent.Parse("event WithdrawFees(address indexed delegator, address recipient, uint256 amount)");

    /// <summary>Everything that changes the stake or the fees of whoever is among its indexed parameters.</summary>
    public static IReadOnlyList<AbiEvent> OfStake { get; } =
    [
        Reward, WithdrawFees,
        AbiEvent.Parse("event Bond(address indexed newDelegate, address indexed oldDelegate, address indexed delegator, uint256 additionalAmount, uint256 bondedAmount)"),
        AbiEvent.Parse("event Unbond(address indexed delegate, address indexed delegator, uint256 unbondingLockId, uint256 amount, uint256 withdrawRound)"),
        AbiEvent.Parse("event Rebond(address indexed delegate, address indexed delegator, uint256 unbondingLockId, uint256 amount)"),
        AbiEvent.Parse("event TransferBond(address indexed oldDelegator, address indexed newDelegator, uint256 oldUnbondingLockId, uint256 newUnbondingLockId, uint256 amount)"),
        AbiEvent.Parse("event EarningsClaimed(address indexed delegate, address indexed delegator, uint256 rewards, uint256 fees, uint256 startRound, uint256 endRound)"),
        AbiEvent.Parse("event TranscoderSlashed(address indexed transcoder, address finder, uint256 penalty, uint256 finderReward)"),
    ];
}

/// <summary>Deposits, reserves and tickets (contracts §5, protocol §5.10).</summary>
internal static class TicketBrokerAbi
{
    public static AbiFunction UsedTickets { get; } = AbiFunction.Parse("function usedTickets(bytes32 ticketHash) view returns (bool)");

    public static AbiFunction GetSenderInfo { get; } = AbiFunction.Parse(
        "function getSenderInfo(address sender) view returns ((uint256 deposit, uint256 withdrawRound) sender, (uint256 fundsRemaining, uint256 claimedInCurrentRound) reserve)");

    public static AbiFunction ClaimedReserve { get; } = AbiFunction.Parse("function claimedReserve(address reserveHolder, address claimant) view returns (uint256)");

    public static AbiFunction TicketValidityPeriod { get; } = AbiFunction.Parse("function ticketValidityPeriod() view returns (uint256)");

    public static AbiEvent WinningTicketRedeemed { get; } = AbiEvent.Parse(
        "event WinningTicketRedeemed(address indexed sender, address indexed recipient, uint256 faceValue, uint256 winProb, uint256 senderNonce, uint256 recipientRand, bytes auxData)");

    public static AbiEvent WinningTicketTransfer { get; } = AbiEvent.Parse("event WinningTicketTransfer(address indexed sender, address indexed recipient, uint256 amount)");

    /// <summary>Everything that changes what a sender has; its first indexed parameter is the sender.</summary>
    public static IReadOnlyList<AbiEvent> OfSenders { get; } =
    [
        AbiEvent.Parse("event DepositFunded(address indexed sender, uint256 amount)"),
        AbiEvent.Parse("event ReserveFunded(address indexed reserveHolder, uint256 amount)"),
        AbiEvent.Parse("event ReserveClaimed(address indexed reserveHolder, address claimant, uint256 amount)"),
        AbiEvent.Parse("event Withdrawal(address indexed sender, uint256 deposit, uint256 reserve)"),
        AbiEvent.Parse("event Unlock(address indexed sender, uint256 startRound, uint256 endRound)"),
        AbiEvent.Parse("event UnlockCancelled(address indexed sender)"),
        WinningTicketTransfer,
    ];
}

/// <summary>Where gateways find an orchestrator (contracts §6).</summary>
internal static class ServiceRegistryAbi
{
    public static AbiFunction GetServiceUri { get; } = AbiFunction.Parse("function getServiceURI(address addr) view returns (string)");

    public static AbiFunction SetServiceUri { get; } = AbiFunction.Parse("function setServiceURI(string serviceURI)");
}

/// <summary>What a round mints (contracts §6).</summary>
internal static class MinterAbi
{
    public static AbiFunction CurrentMintableTokens { get; } = AbiFunction.Parse("function currentMintableTokens() view returns (uint256)");
}

/// <summary>LPT, an ERC-20 token (contracts §6).</summary>
internal static class LivepeerTokenAbi
{
    public static AbiFunction BalanceOf { get; } = AbiFunction.Parse("function balanceOf(address account) view returns (uint256)");

    public static AbiFunction Allowance { get; } = AbiFunction.Parse("function allowance(address owner, address spender) view returns (uint256)");

    public static AbiFunction Approve { get; } = AbiFunction.Parse("function approve(address spender, uint256 amount) returns (bool)");
}
