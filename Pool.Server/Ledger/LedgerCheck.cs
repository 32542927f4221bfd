using System.Data;
using System.Globalization;
using Npgsql;

namespace Pool.Server.Ledger;

/// <summary>
/// Proves the ledger from its transfers alone and compares it with the chain. It finds and alarms (log at level critical, metric <c>pool.ledger.findings</c>); it never repairs:
/// what is to be done about a difference is a person's decision, and a transfer.
/// </summary>
internal sealed partial class LedgerCheck(
    NpgsqlDataSource database, IEnumerable<IChainFigures> chain, LedgerMetrics metrics, TimeProvider time, ILogger<LedgerCheck> logger)
{
    /// <summary>The chain is read at another moment than the ledger: only a difference that is there so often in a row is one.</summary>
    private const int MaxLooks = 3;

    /// <summary>Findings that are logged one by one; the rest is in the report and in the number.</summary>
    private const int MaxLogged = 20;

    private static readonly TimeSpan s_statementLimit = TimeSpan.FromMinutes(10);

    /// <summary>Looks through everything.</summary>
    /// <exception cref="NpgsqlException">The database is away: nothing is known.</exception>
    public async Task<LedgerReport> RunAsync(CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        var (accounts, transfers, findings) = await ProveAsync(cancellationToken);
        var (compared, differences) = await CompareAsync(cancellationToken);
        var report = new LedgerReport(at, accounts, transfers, compared, [.. findings, .. differences]);
        Alarm(report);
        return report;
    }

    /// <summary>All rules see the same moment.</summary>
    private async Task<(long Accounts, long Transfers, List<LedgerFinding> Findings)> ProveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var findings = new List<LedgerFinding>();
        foreach (var (rule, sql) in LedgerRules.All)
        {
            await using var command = new NpgsqlCommand($"{sql} LIMIT {LedgerRules.MaxFindings}", connection) { CommandTimeout = (int)s_statementLimit.TotalSeconds };
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                findings.Add(new LedgerFinding(rule, rows.GetString(0), rows.GetString(1)));
            }
        }

        return (await CountAsync(connection, "accounts", cancellationToken), await CountAsync(connection, "transfers", cancellationToken), findings);
    }

    private async Task<(int Compared, IReadOnlyList<LedgerFinding> Differences)> CompareAsync(CancellationToken cancellationToken)
    {
        for (var look = 1; ; look++)
        {
            var (compared, differences) = await CompareOnceAsync(cancellationToken);
            if (differences.Count == 0 || look == MaxLooks)
            {
                return (compared, differences);
            }
        }
    }

    private async Task<(int Compared, IReadOnlyList<LedgerFinding> Differences)> CompareOnceAsync(CancellationToken cancellationToken)
    {
        var (compared, differences) = (0, new List<LedgerFinding>());
        foreach (var source in chain)
        {
            try
            {
                foreach (var figure in await source.ReadAsync(cancellationToken))
                {
                    compared++;
                    if (await DifferenceAsync(figure, cancellationToken) is { } difference)
                    {
                        differences.Add(difference);
                    }
                }
            }
            catch (ChainUnreadableException unreadable)
            {
                differences.Add(new LedgerFinding(LedgerReport.ChainRule, source.GetType().Name, $"the chain cannot be asked: {unreadable.Message}"));
            }
        }

        return (compared, differences);
    }

    private async Task<LedgerFinding?> DifferenceAsync(ChainFigure figure, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var posted = (await AccountBook.ReadAsync(connection, figure.Account, cancellationToken)).Posted;
        return posted == figure.OnChain + figure.Unposted
            ? null
            : new LedgerFinding(
                LedgerReport.ChainRule, figure.Account.ToString(),
                $"the ledger has {posted}, the chain {figure.OnChain} and {figure.Unposted} of ours that is not final: a difference of {posted - figure.OnChain - figure.Unposted} ({figure.Source})");
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {table}", connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    private void Alarm(LedgerReport report)
    {
        metrics.NoteCheck(report.Findings.Count);
        foreach (var finding in report.Findings.Take(MaxLogged))
        {
            LogFinding(finding.Rule, finding.Subject, finding.Text);
        }

        if (report.IsRight)
        {
            LogRight(report.Transfers, report.Accounts, report.ChainFigures);
        }
        else
        {
            LogWrong(report.Findings.Count);
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The ledger is wrong ({Rule}): {Subject}: {Text}")]
    private partial void LogFinding(string rule, string subject, string text);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The ledger is wrong in {Findings} places; nothing was changed. pool-server ledger check shows them")]
    private partial void LogWrong(int findings);

    [LoggerMessage(Level = LogLevel.Information, Message = "The ledger is right: {Transfers} transfers of {Accounts} accounts, {ChainFigures} figures of the chain")]
    private partial void LogRight(long transfers, long accounts, int chainFigures);
}
