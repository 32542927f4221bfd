using Pool.Server.Data;

namespace Pool.Server.Ledger;

/// <summary>Why a transfer was made. The tables have the name in snake_case; a name that was used once never gets another meaning.</summary>
public enum Reason
{
    /// <summary>Work was settled: claims issued → a worker's provisional, the operator's commission, the quality budget.</summary>
    ClaimIssued,

    /// <summary>A verification copy or a hedge is paid: quality budget → provisional.</summary>
    QualityPaid,

    /// <summary>The maturity is over: provisional → matured.</summary>
    Matured,

    /// <summary>Work turned out bad: provisional or matured → claims issued, or the epoch's others.</summary>
    Reversal,

    /// <summary>Cash is handed out and as much of the claims retired, in one posting (the tables see to it): matured → claims issued, and equity or reserve → payable.</summary>
    Settlement,

    /// <summary>A payout: payable → pool wallet, pending from its reservation to its confirmation.</summary>
    Payout,

    /// <summary>A gateway was charged for pixels: gateway's debt → tickets expected.</summary>
    GatewayCharged,

    /// <summary>A gateway has paid with tickets: tickets expected → its debt.</summary>
    TicketsReceived,

    /// <summary>A ticket has won.</summary>
    TicketWon,

    /// <summary>A winning ticket was redeemed: fees of the protocol, the claim gone.</summary>
    TicketRedeemed,

    /// <summary>A winning ticket will never be redeemed: tickets won → loss.</summary>
    TicketLost,

    /// <summary>Fees were withdrawn: protocol's fees → pool wallet.</summary>
    FeesWithdrawn,

    /// <summary>LPT was minted for the orchestrator.</summary>
    Reward,

    /// <summary>Gas was spent.</summary>
    Gas,

    /// <summary>Capital of the operator came in or went out: pool wallet, reserve.</summary>
    Capital,

    /// <summary>What rounding left over, into the carry or out of it.</summary>
    Rounding,

    /// <summary>Nobody has asked for it in a year, or somebody has after all.</summary>
    Unclaimed,

    /// <summary>An earlier transfer was wrong; the source names it.</summary>
    Correction,
}

/// <summary>What kind of thing a transfer is the consequence of.</summary>
public enum SourceKind
{
    /// <summary>An epoch that was closed.</summary>
    Epoch,

    /// <summary>A bucket of settled work.</summary>
    SegmentBucket,

    /// <summary>A line of a payout run.</summary>
    RunLine,

    /// <summary>A ticket, by its hash.</summary>
    Ticket,

    /// <summary>A transaction or event of the chain.</summary>
    ChainTransaction,

    /// <summary>A verdict about somebody's work.</summary>
    Verdict,

    /// <summary>A transfer that is corrected, by its key.</summary>
    Transfer,

    /// <summary>A decision of the operator.</summary>
    Operator,
}

/// <summary>What a transfer is the consequence of.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Which one; at most <see cref="LedgerLimits.MaxText"/> characters.</param>
public readonly record struct TransferSource(SourceKind Kind, string Id);

/// <summary>Codes as the tables have them.</summary>
internal static class LedgerText
{
    /// <summary>The code of a reason, kind or side: its name in snake_case.</summary>
    public static string Code<TEnum>(this TEnum value)
        where TEnum : struct, Enum => Codes<TEnum>.Of[value];

    private static class Codes<TEnum>
        where TEnum : struct, Enum
    {
        public static readonly Dictionary<TEnum, string> Of = Enum.GetValues<TEnum>().ToDictionary(value => value, value => SnakeCase.From(value.ToString()));
    }
}
