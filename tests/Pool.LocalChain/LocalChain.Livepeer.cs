using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Tests.Chain;

/// <summary>What other people do on the network.</summary>
public sealed partial class LocalChain
{
    /// <summary>Blocks of a round.</summary>
    public const ulong RoundLength = LivepeerDeployment.RoundLength;

    /// <summary>Blocks that must be left of a round, the locked ones with it, to register an orchestrator in it.</summary>
    private const ulong BlocksOfRegistration = 12;

    /// <summary>All LPT there is at the beginning; the deployer has it.</summary>
    public static LptWei Supply => LivepeerDeployment.Supply;

    /// <summary>ETH that an account is given that has less.</summary>
    private static readonly Wei s_pocketMoney = Wei.OneEth * 1000;

    /// <summary>Bonds stake to itself, sets its cuts (of 1,000,000) and its service URI. It is active from the next round on.</summary>
    /// <param name="key">The orchestrator; it is given LPT for the stake, and ETH for gas if it has none.</param>
    /// <param name="stake">LPT it bonds.</param>
    /// <param name="rewardCut">What it keeps of rewards.</param>
    /// <param name="feeShare">What its delegators get of fees.</param>
    /// <param name="serviceUri">Where gateways find it.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    public async Task RegisterOrchestratorAsync(
        EthereumKey key, LptWei stake, long rewardCut, long feeShare, string serviceUri, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        await NeedOpenRoundAsync(cancellationToken);
        await BondAsync(key, stake, key.Address, cancellationToken);
        await SendAsync(
            key,
            [Contracts.BondingManager.Call("transcoder", rewardCut, feeShare), Contracts.ServiceRegistry.Call("setServiceURI", serviceUri)],
            cancellationToken);
    }

    /// <summary>Gives an account LPT, and ETH for gas.</summary>
    public async Task FundAsync(Address account, LptWei lpt, CancellationToken cancellationToken = default)
    {
        await NeedEthAsync(account, s_pocketMoney, cancellationToken);
        await SendAsync(DevAccounts.Deployer, Contracts.LivepeerToken.Call("transfer", account, lpt), cancellationToken);
    }

    /// <summary>Bonds LPT, which the account is given, to an orchestrator.</summary>
    public async Task BondAsync(EthereumKey key, LptWei stake, Address orchestrator, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        await NeedEthAsync(key.Address, s_pocketMoney, cancellationToken);
        await SendAsync(DevAccounts.Deployer, Contracts.LivepeerToken.Call("transfer", key.Address, stake), cancellationToken);
        await SendAsync(
            key,
            [Contracts.LivepeerToken.Call("approve", Contracts.BondingManager.Address, stake), Contracts.BondingManager.Call("bond", stake, orchestrator)],
            cancellationToken);
    }

    /// <summary>Puts ETH, which the account is given if it has none, into a gateway's deposit and reserve.</summary>
    public async Task FundGatewayAsync(EthereumKey key, Wei deposit, Wei reserve, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        await NeedEthAsync(key.Address, deposit + reserve + s_pocketMoney, cancellationToken);
        await SendAsync(
            key, Contracts.TicketBroker.Call("fundDepositAndReserve", deposit, reserve) with { Value = deposit + reserve }, cancellationToken);
    }

    /// <summary>Mines until the newest block is the first one of the next round, which nobody has initialized then.</summary>
    public async Task MineToNextRoundAsync(CancellationToken cancellationToken = default)
    {
        var start = (await ReadAsync(Contracts.RoundsManager, "currentRoundStartBlock", cancellationToken)).AsUInt64();
        var head = await HeadAsync(cancellationToken);
        await Node.MineAsync(start + RoundLength - head.Number, cancellationToken);
    }

    /// <summary>Initializes the round.</summary>
    public Task<TransactionReceipt> InitializeRoundAsync(CancellationToken cancellationToken = default) =>
        SendAsync(DevAccounts.Deployer, Contracts.RoundsManager.Call("initializeRound"), cancellationToken);

    /// <summary>The next round, initialized.</summary>
    public async Task NextRoundAsync(CancellationToken cancellationToken = default)
    {
        await MineToNextRoundAsync(cancellationToken);
        await InitializeRoundAsync(cancellationToken);
    }

    /// <summary>Number of the round by the block number, initialized or not.</summary>
    public async Task<long> CurrentRoundAsync(CancellationToken cancellationToken = default) =>
        (long)(await ReadAsync(Contracts.RoundsManager, "currentRound", cancellationToken)).AsUInt64();

    /// <summary>Whether the round is initialized.</summary>
    public async Task<bool> IsRoundInitializedAsync(CancellationToken cancellationToken = default) =>
        (await ReadAsync(Contracts.RoundsManager, "currentRoundInitialized", cancellationToken)).AsFlag();

    /// <summary>What tickets are stamped with that are made now.</summary>
    public async Task<CreationRound> CreationRoundAsync(CancellationToken cancellationToken = default)
    {
        var round = (await ReadAsync(Contracts.RoundsManager, "lastInitializedRound", cancellationToken)).AsUInt64();
        var hash = await ReadAsync(Contracts.RoundsManager, "blockHashForRound", [(long)round], cancellationToken);
        return new CreationRound((long)round, hash[0].AsBytes32());
    }

    /// <summary>The newest block.</summary>
    public async Task<BlockHeader> HeadAsync(CancellationToken cancellationToken = default) =>
        await _rpc.BlockAsync(BlockTag.Latest, cancellationToken) ?? throw new LocalChainException("The chain has no block.");

    /// <summary>The last blocks of a round let nobody change what orchestrators offer, and nothing goes in one that is not initialized.</summary>
    private async Task NeedOpenRoundAsync(CancellationToken cancellationToken)
    {
        var isLocked = (await ReadAsync(Contracts.RoundsManager, "currentRoundLocked", cancellationToken)).AsFlag();
        // Two blocks for the stake, one for the cuts.
        var left = (await ReadAsync(Contracts.RoundsManager, "currentRoundStartBlock", cancellationToken)).AsUInt64() + RoundLength -
            (await HeadAsync(cancellationToken)).Number;
        if (isLocked || left <= BlocksOfRegistration)
        {
            await MineToNextRoundAsync(cancellationToken);
        }

        if (!await IsRoundInitializedAsync(cancellationToken))
        {
            await InitializeRoundAsync(cancellationToken);
        }
    }

    private async Task NeedEthAsync(Address account, Wei amount, CancellationToken cancellationToken)
    {
        if (await _rpc.BalanceAsync(account, BlockTag.Latest, cancellationToken) < amount)
        {
            await Node.SetBalanceAsync(account, amount, cancellationToken);
        }
    }
}
