using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Npgsql;
using Pool.Server.Chain;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Following;
using Pool.Server.Chain.Outbox;
using Pool.Server.Chain.Rpc;
using Pool.Server.Signing;
using Pool.Shared.Money;

namespace Pool.Server.Rounds;

/// <summary>
/// Does what a round asks of an orchestrator: calls for the reward, once, and initializes the round where nobody does. An attempt that failed is followed by
/// another one as long as the round lasts; what is late is an alarm.
/// </summary>
internal sealed partial class RoundKeeper(
    IChainView chain, IContracts contracts, IEthereumRpc rpc, IOutbox outbox, ISigner signer, IOpenRedemptions redemptions, IOptions<RoundsOptions> options,
    TimeProvider time, ILogger<RoundKeeper> logger) : BackgroundService
{
    /// <summary>Attempts at the same call in one round; each fails only by a revert, which costs gas.</summary>
    public const int MaxAttempts = 10;

    /// <summary>How often it looks even when no block comes.</summary>
    private static readonly TimeSpan s_glance = TimeSpan.FromMinutes(1);

    private (long Round, DateTimeOffset At)? _initializeAt;
    private long _alarmedRound = -1;
    private bool _isLow;

    /// <summary>Does what is to be done now.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="ContractException">A contract did not answer as Livepeer's do.</exception>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        var now = chain.Now;
        await WatchGasAsync(cancellationToken);
        if (RewardTime.IsOver(now) && options.Value.Initialize && !now.IsPaused)
        {
            await InitializeAsync(now, cancellationToken);
        }

        if (options.Value.Reward)
        {
            await RewardAsync(now, cancellationToken);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        EveryBlock.DoAsync(chain.NextChange, s_glance, time, KeepAsync, LogFailed, stoppingToken);

    private async Task RewardAsync(ChainSnapshot now, CancellationToken cancellationToken)
    {
        // The database is asked only when it matters: in a round after one whose reward was missed.
        var step = RewardTime.Of(now, hasOpenRedemptions: true, options.Value.RewardAlarmPercent);
        if (step == RewardStep.RedeemFirst)
        {
            step = RewardTime.Of(now, await redemptions.AnyAsync(cancellationToken), options.Value.RewardAlarmPercent);
        }

        if (step != RewardStep.None && RewardTime.IsLate(now, options.Value.RewardAlarmPercent) && _alarmedRound != now.Round.Number)
        {
            _alarmedRound = now.Round.Number;
            LogLate(now.Round.Number, options.Value.RewardAlarmPercent);
        }

        if (step == RewardStep.Call)
        {
            var hints = await HintsAsync(now, cancellationToken);
            var data = BondingManagerAbi.RewardWithHint.EncodeCall(hints.Previous, hints.Next);
            await AttemptAsync($"reward/{now.Round.Number}", TransactionPurpose.Reward, contracts.Now.BondingManager, data, cancellationToken);
        }
    }

    /// <summary>After a random wait, and only if nobody else has done it meanwhile (protocol §6.4).</summary>
    private async Task InitializeAsync(ChainSnapshot now, CancellationToken cancellationToken)
    {
        if (_initializeAt is not { } wait || wait.Round != now.Round.Number)
        {
            var delay = options.Value.InitializeMaxDelay * (RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue);
            _initializeAt = wait = (now.Round.Number, time.GetUtcNow() + delay);
        }

        if (time.GetUtcNow() < wait.At)
        {
            return;
        }

        var manager = contracts.Now.RoundsManager;
        var answers = await rpc.ReadAsync(
            [new ContractRead(manager, RoundsManagerAbi.CurrentRoundInitialized), new ContractRead(manager, RoundsManagerAbi.CurrentRound)], BlockTag.Latest, cancellationToken);
        if (!answers[0][0].AsFlag())
        {
            await AttemptAsync(
                $"round/{answers[1][0].AsNumber()}", TransactionPurpose.RoundInitialization, manager, RoundsManagerAbi.InitializeRound.EncodeCall(), cancellationToken);
        }
    }

    /// <summary>Places the next attempt, unless one is on its way or did it.</summary>
    private async Task AttemptAsync(
        string what, TransactionPurpose purpose, Pool.Shared.Ethereum.Address to, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var key = $"{what}/{attempt}";
            if (await outbox.FindAsync(key, cancellationToken) is not { } intent)
            {
                await outbox.PlaceAsync(new IntentOrder(key, purpose, to, data), cancellationToken);
                LogPlaced(key);
                return;
            }

            if (intent.State is not (IntentState.Reverted or IntentState.Refused))
            {
                return;
            }
        }
    }

    private async Task<RewardHints> HintsAsync(ChainSnapshot now, CancellationToken cancellationToken)
    {
        try
        {
            return await RewardHints.ReadAsync(rpc, contracts.Now, now.Orchestrator.Account, cancellationToken);
        }
        catch (ContractException wrong)
        {
            LogNoHints(wrong.Message);
            return RewardHints.None;
        }
    }

    private async Task WatchGasAsync(CancellationToken cancellationToken)
    {
        var balance = await rpc.BalanceAsync(signer.Account, BlockTag.Latest, cancellationToken);
        var isLow = balance < options.Value.LeastGasFloat;
        if (isLow && !_isLow)
        {
            LogLow(signer.Account.ToString(), balance, options.Value.LeastGasFloat);
        }

        _isLow = isLow;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Ordered {Key}")]
    private partial void LogPlaced(string key);

    [LoggerMessage(Level = LogLevel.Error, Message = "The reward of round {Round} is not called and {Percent} % of the round are over: after it the reward is lost for ever (pool-server outbox)")]
    private partial void LogLate(long round, int percent);

    [LoggerMessage(Level = LogLevel.Error, Message = "The account {Account} has {Balance} left for gas, less than {Least} (Rounds:GasFloatAlarm): send it ETH")]
    private partial void LogLow(string account, Wei balance, Wei least);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The reward is called without hints, which costs more gas: {Fault}")]
    private partial void LogNoHints(string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "The duties of the round cannot be done now: {Fault}")]
    private partial void LogFailed(string fault);
}
