using System.Diagnostics.Metrics;
using Pool.Server.Chain.Rpc;
using Pool.Server.Signing;

namespace Pool.Server.Chain.Outbox;

/// <summary>Figures of the outbox.</summary>
internal sealed class OutboxMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string Meter = "Pool.Chain.Outbox";

    private readonly Counter<int> _placed;
    private readonly Counter<int> _signed;
    private readonly Counter<int> _sent;
    private readonly Counter<int> _ended;
    private IReadOnlyDictionary<string, long> _open = new Dictionary<string, long>(StringComparer.Ordinal);
    private int _alarms;

    public OutboxMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        _placed = meter.CreateCounter<int>("pool.outbox.placed", "{intent}", "Intents that were placed, by purpose.");
        _signed = meter.CreateCounter<int>("pool.outbox.attempts", "{attempt}", "Transactions that were signed, by why: first, replacement, cancellation.");
        _sent = meter.CreateCounter<int>("pool.outbox.sends", "{send}", "Broadcasts, by what the node said.");
        _ended = meter.CreateCounter<int>("pool.outbox.ended", "{intent}", "Intents that became final, by state.");
        meter.CreateObservableGauge("pool.outbox.open", Open, "{intent}", "Intents that are not final, by state.");
        meter.CreateObservableGauge(
            "pool.outbox.alarms", () => Volatile.Read(ref _alarms), "{alarm}", "What keeps intents from going on; anything above zero wants a person: pool-server outbox shows it.");
    }

    public void CountPlaced(TransactionPurpose purpose) => _placed.Add(1, new KeyValuePair<string, object?>("purpose", purpose.ToString()));

    public void CountSigned(string why) => _signed.Add(1, new KeyValuePair<string, object?>("why", why));

    public void CountSent(SendVerdict verdict) => _sent.Add(1, new KeyValuePair<string, object?>("verdict", verdict.ToString()));

    public void CountEnded(IntentState state) => _ended.Add(1, new KeyValuePair<string, object?>("state", IntentReader.Word(state)));

    public void NoteOpen(IReadOnlyDictionary<string, long> open) => Volatile.Write(ref _open, open);

    public void NoteAlarms(int alarms) => Volatile.Write(ref _alarms, alarms);

    private IEnumerable<Measurement<long>> Open() =>
        Volatile.Read(ref _open).Select(entry => new Measurement<long>(entry.Value, new KeyValuePair<string, object?>("state", entry.Key)));
}
