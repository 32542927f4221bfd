using System.Globalization;
using System.Numerics;
using System.Text;
using Pool.Server.Ledger;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Admin;

/// <summary>The ledger as lines for a person. Amounts are exact.</summary>
internal static class LedgerScreen
{
    private const int AmountWidth = 34;

    /// <summary>What a check has found.</summary>
    public static string Of(LedgerReport report)
    {
        var screen = new StringBuilder();
        screen.AppendLine($"{Count(report.Transfers, "transfer")} of {Count(report.Accounts, "account")}, {Count(report.ChainFigures, "figure")} of the chain, {Moment(report.At)}");
        foreach (var finding in report.Findings)
        {
            screen.AppendLine($"  {finding.Rule}: {finding.Subject}: {finding.Text}");
        }

        return screen.AppendLine(report.IsRight ? "The ledger is right." : $"The ledger is WRONG in {Count(report.Findings.Count, "place")}; nothing was changed.").ToString();
    }

    /// <summary>Accounts, a line each.</summary>
    public static string Of(IReadOnlyList<AccountLine> accounts)
    {
        if (accounts.Count == 0)
        {
            return "There is no such account.\n";
        }

        var width = accounts.Max(account => account.Code.Length);
        var screen = new StringBuilder();
        screen.AppendLine($"{"ACCOUNT".PadRight(width)}  {"ASSET",-10}{"POSTED",AmountWidth}{"RESERVED OUT",AmountWidth}{"EXPECTED IN",AmountWidth}");
        foreach (var account in accounts)
        {
            screen.AppendLine(
                $"{account.Code.PadRight(width)}  {account.Asset,-10}{Amount(account.Asset, account.Posted),AmountWidth}"
                + $"{Amount(account.Asset, account.Reserved),AmountWidth}{Amount(account.Asset, account.Expected),AmountWidth}");
        }

        return screen.ToString();
    }

    /// <summary>Transfers of one account, two lines each.</summary>
    public static string Of(string asset, IReadOnlyList<TransferLine> transfers)
    {
        var screen = new StringBuilder();
        foreach (var transfer in transfers)
        {
            screen.AppendLine($"{Moment(transfer.At)}  {Amount(asset, transfer.Change),AmountWidth}  {transfer.State,-8} {transfer.Reason}, other side {transfer.Other}");
            screen.AppendLine($"    {transfer.Key}: {transfer.Source}, epoch {transfer.Epoch}, terms {transfer.TermsVersion}, by {transfer.Actor}");
        }

        return transfers.Count == 0 ? "The account has no transfers.\n" : screen.ToString();
    }

    /// <summary>The exact amount with its unit; what is above any amount of the chain, in base units.</summary>
    internal static string Amount(string asset, BigInteger amount)
    {
        var size = BigInteger.Abs(amount);
        if (!Uint256.Holds(size))
        {
            return $"{amount} base units";
        }

        var text = asset == Asset.Lpt.Code() ? new LptWei(size).ToString() : new Wei(size).ToString();
        return amount.Sign < 0 ? $"-{text}" : text;
    }

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Count(long number, string what) => $"{number.ToString("N0", CultureInfo.InvariantCulture)} {what}{(number == 1 ? "" : "s")}";
}
