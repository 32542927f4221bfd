using System.Globalization;
using System.Numerics;
using Pool.Gateway.Reports;
using Pool.Shared.Money;

namespace Pool.Demo;

/// <summary>What the run brought, by the pool's own account; amounts are decimal strings in base units.</summary>
/// <param name="TicketsReceived">Tickets that were credited.</param>
/// <param name="ExpectedWei">What they are worth together, rounded down.</param>
/// <param name="ChargedWei">What the gateway was charged for pixels, rounded down.</param>
/// <param name="Winners">Tickets that have won.</param>
/// <param name="Redemptions">Those that were redeemed, with their transactions.</param>
/// <param name="PaidWei">What they paid together.</param>
/// <param name="Rounds">Rounds that were booked, the latest first.</param>
/// <param name="PendingFeesWei">Fees that the contracts hold for the orchestrator.</param>
/// <param name="StakeLptWei">Its stake by the contracts.</param>
/// <param name="LedgerIsRight">Whether the ledger's sums are right, and what the contracts say.</param>
/// <param name="LedgerWords">What its check said.</param>
public sealed record Money(
    long TicketsReceived, string ExpectedWei, string ChargedWei, long Winners, IReadOnlyList<RedemptionStatus> Redemptions, string PaidWei,
    IReadOnlyList<PastRoundStatus> Rounds, string PendingFeesWei, string StakeLptWei, bool LedgerIsRight, string LedgerWords)
{
    /// <summary>The difference of two looks at the chain.</summary>
    public static Money Of(ChainStatus before, ChainStatus now, bool ledgerIsRight, string ledgerWords)
    {
        var earlier = before.Redemptions.Select(line => line.Ticket).ToHashSet(StringComparer.Ordinal);
        return new Money(
            now.Payments.Tickets - before.Payments.Tickets, Difference(now.Payments.ExpectedWei, before.Payments.ExpectedWei),
            Difference(now.Payments.ChargedWei, before.Payments.ChargedWei), now.Winners - before.Winners,
            [.. now.Redemptions.Where(line => !earlier.Contains(line.Ticket))], (now.Paid - before.Paid).ToString(CultureInfo.InvariantCulture),
            now.Rounds, now.Orchestrator.PendingFees, now.Orchestrator.Stake, ledgerIsRight, ledgerWords);
    }

    /// <summary>What does not agree; null when all does.</summary>
    public string? Disagreement(StreamReport report)
    {
        if (!LedgerIsRight)
        {
            return $"The ledger is not right: {LedgerWords}";
        }

        if (report.Payments is { } sent && sent.Tickets != TicketsReceived)
        {
            return $"The gateway sent {sent.Tickets} tickets, the pool credited {TicketsReceived}.";
        }

        return Redemptions.Count == Winners ? null : $"{Winners} tickets have won, {Redemptions.Count} were redeemed.";
    }

    /// <summary>The same for a person.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"Paid: {TicketsReceived} tickets worth {Eth(ExpectedWei)} for {Eth(ChargedWei)} of work; {Winners} have won";
        foreach (var batch in Redemptions.GroupBy(line => line.Transaction, StringComparer.Ordinal))
        {
            var paid = batch.Aggregate(BigInteger.Zero, (sum, line) => sum + Parse(line.Paid));
            yield return $"  redeemed {batch.Count()}: {new Wei(paid)} in {batch.Key}";
        }

        foreach (var round in Rounds.Where(round => round.RewardTransaction is not null))
        {
            yield return $"  round {round.Number}: fees {Eth(round.FeesIn)}, reward {new LptWei(Parse(round.OwnShare))} in {round.RewardTransaction}";
        }

        yield return $"The contracts hold {Eth(PendingFeesWei)} of fees and {new LptWei(Parse(StakeLptWei))} of stake. {LedgerWords.ReplaceLineEndings(" ").Trim()}";
    }

    private static string Difference(string now, string before) => (Parse(now) - Parse(before)).ToString(CultureInfo.InvariantCulture);

    private static BigInteger Parse(string digits) => BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static string Eth(string digits) => new Wei(Parse(digits)).ToString();
}
