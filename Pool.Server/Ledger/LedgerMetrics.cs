using System.Diagnostics.Metrics;

namespace Pool.Server.Ledger;

/// <summary>Figures of the ledger.</summary>
internal sealed class LedgerMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string Meter = "Pool.Ledger";

    /// <summary>No check has ended since the start.</summary>
    private const int NotChecked = -1;

    private readonly Counter<int> _transfers;
    private readonly Counter<int> _refusals;
    private int _findings = NotChecked;

    public LedgerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        _transfers = meter.CreateCounter<int>("pool.ledger.transfers", "{transfer}", "Transfers that were entered.");
        _refusals = meter.CreateCounter<int>("pool.ledger.refusals", "{posting}", "Postings that were refused, by why.");
        meter.CreateObservableGauge(
            "pool.ledger.findings", () => Volatile.Read(ref _findings), "{finding}", "What the last check found wrong; -1 before the first one. Anything above zero is an alarm.");
    }

    public void CountPosting(Posting posting)
    {
        if (!posting.WasRepeated)
        {
            _transfers.Add(posting.Transfers);
        }
    }

    public void CountRefusal(LedgerRefusal refusal) => _refusals.Add(1, new KeyValuePair<string, object?>("refusal", refusal.Code()));

    public void NoteCheck(int findings) => Volatile.Write(ref _findings, findings);
}
