using System.Numerics;
using Google.Protobuf;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;

namespace Pool.Gateway.Payments;

/// <summary>Which terms a stock gateway pays at (protocol §5.8); its own words for what it does not.</summary>
public static class NetworkPayments
{
    /// <summary>The network's words for parameters that are over, on which a gateway asks for new ones.</summary>
    public const string ParamsExpired = "TicketParams expired";

    /// <summary>A price may grow so many times within a session.</summary>
    private const int MaxPriceGrowth = 2;

    /// <summary>Blocks that parameters must have left.</summary>
    private const int LeastBlocksLeft = 1;

    /// <summary>What a ticket may be worth, in wei (-maxTicketEV).</summary>
    private static readonly Ratio s_maxTicketValue = new(3_000_000_000_000, 1);

    /// <summary>What the tickets of a request may be worth together, in wei (-maxTotalEV).</summary>
    private static readonly Ratio s_maxTotalValue = new(20_000_000_000_000, 1);

    /// <summary>What a ticket of these parameters is worth, in wei.</summary>
    public static Ratio ValueOf(TicketParams offered)
    {
        ArgumentNullException.ThrowIfNull(offered);
        return new WinProbability(Number(offered.WinProb)).ExpectedValue(new Wei(Number(offered.FaceValue)));
    }

    /// <summary>Whether parameters are over, or nearly, at an L1 block; unknown blocks are far away.</summary>
    public static bool AreOver(TicketParams? offered, BigInteger? block) =>
        offered is not null && (Number(offered.ExpirationBlock) is { IsZero: true } || (block is { } now && Number(offered.ExpirationBlock) - now <= LeastBlocksLeft));

    /// <summary>What is wrong with parameters; null when tickets can be made of them.</summary>
    /// <param name="offered">The parameters.</param>
    /// <param name="tickets">Tickets that are needed.</param>
    public static string? Fault(TicketParams offered, BigInteger tickets)
    {
        var value = ValueOf(offered);
        var faceValue = Number(offered.FaceValue);
        return value.Sign <= 0 ? null
            : value >= new Ratio(faceValue, 1) ? $"ticket faceValue too low: {faceValue} wei for an expected value of {value.Floor()}"
            : value > s_maxTicketValue ? $"ticket EV {value.Floor()} > max ticket EV {s_maxTicketValue.Floor()}"
            : value * tickets > s_maxTotalValue ? $"total ticket EV {(value * tickets).Floor()} for {tickets} tickets > max total ticket EV {s_maxTotalValue.Floor()}"
            : null;
    }

    /// <summary>Why a sender cannot pay anybody; null when it can. A stock gateway stops the stream then.</summary>
    /// <param name="funds">What the sender has.</param>
    /// <param name="round">The last initialized round.</param>
    public static string? FundsFault(SenderFunds funds, long round) =>
        funds.WithdrawRound.Sign > 0 && funds.WithdrawRound <= round + 1 ? "deposit and reserve is set to unlock soon"
        : funds.Reserve.Sign <= 0 ? "no sender reserve"
        : funds.Deposit.Sign <= 0 ? "no sender deposit"
        : null;

    /// <summary>What is wrong with parameters for a sender with this deposit; null when nothing is (-depositMultiplier 1).</summary>
    public static string? DepositFault(TicketParams offered, SenderFunds funds)
    {
        ArgumentNullException.ThrowIfNull(offered);
        var faceValue = Number(offered.FaceValue);
        return ValueOf(offered).Sign > 0 && faceValue > funds.Deposit ? $"ticket faceValue {faceValue} > max faceValue {funds.Deposit}" : null;
    }

    /// <summary>What is wrong with a price, beside the one the session began with; null when nothing is.</summary>
    public static string? PriceFault(Ratio first, Ratio now) => now > first * MaxPriceGrowth
        ? $"Orchestrator price has more than doubled, Orchestrator price: {now}, Orchestrator initial price: {first}"
        : null;

    internal static BigInteger Number(ByteString bytes) => BigEndian.Read(bytes.Span);
}
