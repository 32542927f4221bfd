using System.Globalization;
using System.Numerics;
using System.Text;
using Pool.Shared.Money;

namespace Pool.Server.Admin;

/// <summary>The orchestrator on its chain as lines for a person. Amounts are exact.</summary>
internal static class ChainScreen
{
    private const int Whole = 1_000_000;

    public static string Of(ChainReport report)
    {
        var (network, round, own) = (report.Network, report.Round, report.Orchestrator);
        var screen = new StringBuilder();
        screen.AppendLine($"NETWORK       {network.Name}, chain {network.ChainId}, block {network.Block} (L1 {network.L1Block}), gas {Gwei(network.GasPrice)}{(network.IsPaused ? ", PAUSED" : "")}");
        screen.AppendLine($"ROUND         {round.Number}, {(round.IsInitialized ? $"{round.BlocksLeft} of {round.Length} blocks left" : "over; the next one is NOT INITIALIZED")}");
        screen.AppendLine($"ORCHESTRATOR  {own.Account}{(own.SignsWith == own.Account ? "" : $", signs with {own.SignsWith}")}: {Standing(own)}");
        screen.AppendLine($"  stake       {Lpt(own.Stake)}, and {Lpt(own.Lpt)} not staked");
        screen.AppendLine($"  fees        {Eth(own.PendingFees)} to withdraw");
        screen.AppendLine($"  gas         {Eth(own.Eth)}");
        screen.AppendLine($"  cuts        keeps {Percent(own.RewardCut)} of rewards, gives {Percent(own.FeeShare)} of fees to delegators");
        screen.AppendLine($"  service     {(own.ServiceUri.Length > 0 ? own.ServiceUri : "(none: gateways cannot find it)")}");
        screen.AppendLine($"  reward      last called in round {own.LastRewardRound}");
        screen.AppendLine($"PAID WITH     {report.Payments.Tickets} tickets, worth {Eth(report.Payments.ExpectedWei)}, for {Eth(report.Payments.ChargedWei)} of work");
        AddTickets(screen, report.Tickets);
        AddRounds(screen, report.Rounds);
        screen.AppendLine($"OUTBOX        {report.Outbox.Open} on the way (pool-server outbox)");
        foreach (var alarm in report.Alarms)
        {
            screen.AppendLine($"ALARM         {alarm}");
        }

        return screen.ToString();
    }

    private static void AddTickets(StringBuilder screen, IReadOnlyList<ChainReportTickets> tickets)
    {
        screen.AppendLine(tickets.Count == 0 ? "TICKETS       none has won yet" : "TICKETS");
        foreach (var line in tickets)
        {
            var rest = line.State == "redeemed" ? $", paid {Eth(line.Paid)}" : line.WaitsFor is { } why ? $": {why}" : "";
            screen.AppendLine($"  {line.State,-11} {line.Count}, face value {Eth(line.FaceValue)}{rest}");
        }
    }

    private static void AddRounds(StringBuilder screen, IReadOnlyList<ChainReportPastRound> rounds)
    {
        screen.AppendLine(rounds.Count == 0 ? "BOOKED        no round yet" : "BOOKED");
        foreach (var line in rounds)
        {
            var reward = line.RewardTransaction is { } hash ? $"reward {Lpt(line.OwnShare)} of {Lpt(line.Minted)} ({hash})" : "no reward";
            screen.AppendLine($"  round {line.Number,-5} fees {Eth(line.FeesIn)}, {reward}");
        }
    }

    private static string Standing(ChainReportOrchestrator own) =>
        own.IsActive ? "active" : own.IsRegistered ? "registered, NOT ACTIVE in this round" : "NOT REGISTERED (pool-server register)";

    private static string Eth(string digits) => new Wei(BigInteger.Parse(digits, CultureInfo.InvariantCulture)).ToString();

    /// <summary>What a gas costs is said in gwei everywhere.</summary>
    private static string Gwei(string digits)
    {
        var (whole, rest) = BigInteger.DivRem(BigInteger.Parse(digits, CultureInfo.InvariantCulture), Wei.OneGwei.Value);
        return rest.IsZero ? $"{whole} gwei" : $"{$"{whole}.{rest:D9}".TrimEnd('0')} gwei";
    }

    private static string Lpt(string digits) => new LptWei(BigInteger.Parse(digits, CultureInfo.InvariantCulture)).ToString();

    private static string Percent(string share) => $"{decimal.Parse(share, CultureInfo.InvariantCulture) * 100 / Whole:0.####} %";
}
