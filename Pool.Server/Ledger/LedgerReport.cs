namespace Pool.Server.Ledger;

/// <summary>Something that is not as it must be.</summary>
/// <param name="Rule">The rule, as <see cref="LedgerRules"/> names it, or <see cref="LedgerReport.ChainRule"/>.</param>
/// <param name="Subject">The account, asset, transfer or posting.</param>
/// <param name="Text">What is wrong with it, with both figures.</param>
public sealed record LedgerFinding(string Rule, string Subject, string Text);

/// <summary>What a check has looked at and found.</summary>
/// <param name="At">When it looked.</param>
/// <param name="Accounts">Accounts there were.</param>
/// <param name="Transfers">Transfers there were.</param>
/// <param name="ChainFigures">Accounts that were compared with the chain; 0 off-chain.</param>
/// <param name="Findings">What is wrong; at most <see cref="LedgerRules.MaxFindings"/> of each rule.</param>
public sealed record LedgerReport(DateTimeOffset At, long Accounts, long Transfers, int ChainFigures, IReadOnlyList<LedgerFinding> Findings)
{
    /// <summary>The rule that the ledger is what the chain says.</summary>
    public const string ChainRule = "chain";

    /// <summary>Whether everything is as it must be.</summary>
    public bool IsRight => Findings.Count == 0;
}
