using System.Numerics;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Rounds.Registration;

/// <summary>What the chain says of an account that is an orchestrator or shall become one.</summary>
/// <param name="Account">The account.</param>
/// <param name="Eth">Its ETH, for gas.</param>
/// <param name="Lpt">Its LPT that is not staked.</param>
/// <param name="Allowance">LPT that the BondingManager may take of it.</param>
/// <param name="Bonded">Its stake.</param>
/// <param name="Delegate">Whom its stake is bonded to; zero when there is none.</param>
/// <param name="IsRegistered">Whether it is an orchestrator.</param>
/// <param name="IsActive">Whether it is in the active set of this round.</param>
/// <param name="RewardCut">What it keeps of the rewards, of 1,000,000.</param>
/// <param name="FeeShare">What its delegators get of the fees, of 1,000,000.</param>
/// <param name="LastRewardRound">Round of its last reward call.</param>
/// <param name="ServiceUri">Where gateways are told to find it.</param>
/// <param name="Round">The last initialized round.</param>
/// <param name="IsRoundInitialized">Whether the current round is initialized.</param>
/// <param name="IsRoundLocked">Whether cuts cannot be changed until the next round.</param>
internal sealed record RegistrationState(
    Address Account, Wei Eth, LptWei Lpt, LptWei Allowance, LptWei Bonded, Address Delegate, bool IsRegistered, bool IsActive,
    BigInteger RewardCut, BigInteger FeeShare, BigInteger LastRewardRound, string ServiceUri, BigInteger Round, bool IsRoundInitialized, bool IsRoundLocked)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="ContractException">A contract did not answer as Livepeer's do.</exception>
    public static async Task<RegistrationState> ReadAsync(IEthereumRpc rpc, ContractAddresses contracts, Address account, CancellationToken cancellationToken)
    {
        var eth = await rpc.BalanceAsync(account, BlockTag.Latest, cancellationToken);
        var (bonding, rounds) = (contracts.BondingManager, contracts.RoundsManager);
        var answers = await rpc.ReadAsync(
            [
                new ContractRead(contracts.LivepeerToken, LivepeerTokenAbi.BalanceOf, account),
                new ContractRead(contracts.LivepeerToken, LivepeerTokenAbi.Allowance, account, bonding),
                new ContractRead(bonding, BondingManagerAbi.GetDelegator, account), new ContractRead(bonding, BondingManagerAbi.PendingStake, account, BigInteger.Zero),
                new ContractRead(bonding, BondingManagerAbi.IsRegisteredTranscoder, account), new ContractRead(bonding, BondingManagerAbi.GetTranscoder, account),
                new ContractRead(contracts.ServiceRegistry, ServiceRegistryAbi.GetServiceUri, account),
                new ContractRead(rounds, RoundsManagerAbi.LastInitializedRound), new ContractRead(rounds, RoundsManagerAbi.CurrentRoundInitialized),
                new ContractRead(rounds, RoundsManagerAbi.CurrentRoundLocked),
            ],
            BlockTag.Latest, cancellationToken);
        var (entry, round) = (answers[5], answers[7][0].AsNumber());
        var isActive = entry["activationRound"].AsNumber() <= round && round < entry["deactivationRound"].AsNumber();
        return new RegistrationState(
            account, eth, answers[0][0].AsLptWei(), answers[1][0].AsLptWei(), answers[3][0].AsLptWei(), answers[2]["delegateAddress"].AsAddress(),
            answers[4][0].AsFlag(), isActive, entry["rewardCut"].AsNumber(), entry["feeShare"].AsNumber(), entry["lastRewardRound"].AsNumber(),
            answers[6][0].AsText(), round, answers[8][0].AsFlag(), answers[9][0].AsFlag());
    }
}
