using System.Numerics;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Outbox;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Money;

namespace Pool.Server.Rounds.Registration;

/// <summary>What an operator wants to be on the chain; what is null stays as it is.</summary>
/// <param name="Stake">Own stake, whole: what is missing is bonded, nothing is unbonded.</param>
/// <param name="RewardCut">What the orchestrator keeps of the rewards, of 1,000,000.</param>
/// <param name="FeeShare">What its delegators get of the fees, of 1,000,000.</param>
/// <param name="ServiceUri">Where gateways find it.</param>
internal sealed record RegistrationWish(LptWei? Stake, BigInteger? RewardCut, BigInteger? FeeShare, Uri? ServiceUri);

/// <summary>One transaction of a registration.</summary>
/// <param name="What">What it does, for people.</param>
/// <param name="Contract">Contract that is called.</param>
/// <param name="Function">Function that is called.</param>
/// <param name="Data">Call data.</param>
internal sealed record RegistrationStep(string What, Address Contract, AbiFunction Function, byte[] Data)
{
    /// <summary>The order for the outbox.</summary>
    /// <param name="run">Id of this registration, chosen once.</param>
    /// <param name="number">Number of the step.</param>
    public IntentOrder Order(Guid run, int number) => new($"register/{run}/{number}", TransactionPurpose.Registration, Contract, Data);
}

/// <summary>What is to be done for a wish, in the order in which the contracts allow it (protocol §6.6, contracts §4).</summary>
/// <param name="Steps">The transactions.</param>
/// <param name="Obstacles">Why it cannot be begun now, in sentences; empty when it can.</param>
internal sealed record RegistrationPlan(IReadOnlyList<RegistrationStep> Steps, IReadOnlyList<string> Obstacles)
{
    /// <summary>100 % of a cut or share.</summary>
    public const int Whole = 1_000_000;

    /// <summary>What to do.</summary>
    public static RegistrationPlan For(RegistrationWish wish, RegistrationState state, ContractAddresses contracts)
    {
        var missing = wish.Stake is { } stake && stake > state.Bonded ? stake - state.Bonded : LptWei.Zero;
        var (cut, share) = (wish.RewardCut ?? state.RewardCut, wish.FeeShare ?? state.FeeShare);
        var changesCuts = (cut, share) != (state.RewardCut, state.FeeShare);
        List<RegistrationStep> steps =
        [
            .. Bond(missing, state, contracts),
            .. changesCuts ? [Call($"keep {Percent(cut)} of the rewards, give delegators {Percent(share)} of the fees", contracts.BondingManager, BondingManagerAbi.Transcoder, cut, share)] : Array.Empty<RegistrationStep>(),
            .. wish.ServiceUri is { } uri && Text(uri) != state.ServiceUri ? [Call($"tell gateways to come to {Text(uri)}", contracts.ServiceRegistry, ServiceRegistryAbi.SetServiceUri, Text(uri))] : Array.Empty<RegistrationStep>(),
        ];
        return new RegistrationPlan(steps, steps.Count == 0 ? [] : [.. ObstaclesOf(wish, state, missing, changesCuts)]);
    }

    private static IEnumerable<RegistrationStep> Bond(LptWei missing, RegistrationState state, ContractAddresses contracts)
    {
        if (missing.IsZero)
        {
            yield break;
        }

        if (state.Allowance < missing)
        {
            yield return Call($"allow the BondingManager to take {missing}", contracts.LivepeerToken, LivepeerTokenAbi.Approve, contracts.BondingManager, missing);
        }

        yield return Call($"bond {missing} to yourself", contracts.BondingManager, BondingManagerAbi.Bond, missing, state.Account);
    }

    private static IEnumerable<string> ObstaclesOf(RegistrationWish wish, RegistrationState state, LptWei missing, bool changesCuts)
    {
        if (state.Eth.IsZero)
        {
            yield return $"{state.Account} has no ETH to pay gas with: send it some.";
        }

        if (state.Lpt < missing)
        {
            yield return $"{state.Account} has {state.Lpt}, and {missing} are to be bonded: send it LPT, or ask for less with --stake.";
        }

        if (!state.Delegate.IsZero && state.Delegate != state.Account && !state.Bonded.IsZero)
        {
            yield return $"The stake of {state.Account} is bonded to {state.Delegate}: unbond it first, or use another account.";
        }

        if (!state.IsRegistered && missing.IsZero && changesCuts)
        {
            yield return $"{state.Account} is no orchestrator yet and nothing is to be bonded: give --stake.";
        }

        if (!state.IsRoundInitialized)
        {
            yield return $"Round {state.Round + 1} is not initialized: wait for it, or set Rounds:Initialize and start the server.";
        }

        if (changesCuts && state.IsRoundLocked)
        {
            yield return "Cuts cannot be changed in the last part of a round: wait for the next one.";
        }

        if (changesCuts && state.IsActive && state.LastRewardRound < state.Round)
        {
            yield return $"Cuts can be changed only after the reward of round {state.Round} was called.";
        }

        if (wish.RewardCut > Whole || wish.FeeShare > Whole)
        {
            yield return "No cut and no share is above 100 %.";
        }
    }

    private static RegistrationStep Call(string what, Address contract, AbiFunction function, params AbiValue[] arguments) =>
        new(what, contract, function, function.EncodeCall(arguments));

    private static string Text(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

    private static string Percent(BigInteger share) => $"{(decimal)share * 100 / Whole:0.####} %";
}
