using System.Globalization;
using System.Numerics;

namespace Pool.Demo;

/// <summary>What the demo reads of the operator's page about the chain; amounts are decimal strings there.</summary>
public sealed record ChainStatus(
    RoundStatus Round, OrchestratorStatus Orchestrator, PaymentStatus Payments, IReadOnlyList<TicketStatus> Tickets, IReadOnlyList<RedemptionStatus> Redemptions,
    IReadOnlyList<PastRoundStatus> Rounds, OutboxStatus Outbox)
{
    /// <summary>Winning tickets that are not ended.</summary>
    public long OpenTickets => Tickets.Where(line => line.State is "won" or "redeeming").Sum(line => line.Count);

    /// <summary>Winning tickets of all states.</summary>
    public long Winners => Tickets.Sum(line => line.Count);

    /// <summary>What redemptions have paid.</summary>
    public BigInteger Paid => Redemptions.Aggregate(BigInteger.Zero, (sum, line) => sum + BigInteger.Parse(line.Paid, NumberStyles.None, CultureInfo.InvariantCulture));
}

public sealed record RoundStatus(long Number, bool IsInitialized, ulong BlocksLeft);

public sealed record OrchestratorStatus(string Account, bool IsActive, string Stake, string PendingFees);

public sealed record PaymentStatus(long Tickets, string ExpectedWei, string ChargedWei);

public sealed record TicketStatus(string State, long Count, string FaceValue);

public sealed record RedemptionStatus(string Ticket, string Paid, string Transaction);

public sealed record PastRoundStatus(long Number, string? RewardTransaction, string OwnShare, string FeesIn);

public sealed record OutboxStatus(int Open, IReadOnlyList<string> Alarms);
