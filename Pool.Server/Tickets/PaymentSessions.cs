using System.Collections.Concurrent;
using Pool.Server.Settlement;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Money;

namespace Pool.Server.Tickets;

/// <summary>
/// Balances and fixed prices of all sessions that have paid; the books have them, too. A session gets an entry with its first credited ticket, so that nobody
/// fills this memory for nothing, and loses it when no token of it can be good any more.
/// </summary>
internal sealed class PaymentSessions(TimeProvider time) : IDebitedBalances
{
    /// <summary>Twice a token's life: by then its last segment is back, too.</summary>
    public static readonly TimeSpan Remembered = 2 * AuthTokens.Validity;

    private static readonly TimeSpan s_sweepPeriod = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<PaymentAccount, PaymentSession> _sessions = new();
    private readonly Lock _changing = new();
    private DateTimeOffset _nextSweep = time.GetUtcNow() + s_sweepPeriod;

    /// <summary>Sessions that are remembered.</summary>
    public int Count => _sessions.Count;

    /// <summary>The session's fixed price, in wei per pixel; null while none is fixed.</summary>
    public Ratio? PriceOf(PaymentAccount account) => _sessions.TryGetValue(account, out var session) ? session.Price : null;

    /// <summary>The session; null while it has not paid.</summary>
    public PaymentSession? Find(PaymentAccount account) => _sessions.GetValueOrDefault(account);

    /// <summary>
    /// Begins a payment that was offered at this price. The first one of a session fixes the price. It is to be ended.
    /// </summary>
    public PaymentSession Begin(PaymentAccount account, Ratio offered)
    {
        lock (_changing)
        {
            var now = time.GetUtcNow();
            Sweep(now);
            var session = _sessions.GetOrAdd(account, static (_, first) => new PaymentSession(first.Price, Ratio.Zero, first.Now), (Price: offered, Now: now));
            session.Begin(now);
            return session;
        }
    }

    /// <summary>Takes over what the books have.</summary>
    public void Remember(PaymentAccount account, Ratio price, Ratio balance) =>
        _sessions[account] = new PaymentSession(price, balance, time.GetUtcNow());

    /// <inheritdoc/>
    public void Debit(Address sender, string sessionId, SettledDebit debit)
    {
        ArgumentNullException.ThrowIfNull(debit);
        if (_sessions.TryGetValue(new PaymentAccount(sender, sessionId), out var session))
        {
            session.Debit(debit.Fee, time.GetUtcNow());
        }
    }

    /// <summary>Called under the lock, so that nobody begins a payment in a session that is being forgotten.</summary>
    private void Sweep(DateTimeOffset now)
    {
        if (now < _nextSweep)
        {
            return;
        }

        _nextSweep = now + s_sweepPeriod;
        foreach (var idle in _sessions.Where(entry => entry.Value.IsIdleSince(now - Remembered)))
        {
            _sessions.TryRemove(idle);
        }
    }
}
