using Pool.Shared.Money;

namespace Pool.Server.Tickets;

/// <summary>Price and balance of one gateway's session. Everything goes through its lock, so that segments at the same time are right.</summary>
internal sealed class PaymentSession(Ratio price, Ratio balance, DateTimeOffset now)
{
    private readonly Lock _gate = new();
    private Ratio _balance = balance;
    private long _usedAt = now.UtcTicks;
    private int _open;

    /// <summary>The price that its first payment fixed, in wei per pixel; always one that we offered (protocol §4.6, step 6).</summary>
    public Ratio Price { get; } = price;

    /// <summary>What is left of its payments, in wei, exactly; what is not durable yet is not in it. It may be below zero.</summary>
    public Ratio Balance
    {
        get
        {
            lock (_gate)
            {
                return _balance;
            }
        }
    }

    /// <summary>Whether it has not been used since, and nothing is under way.</summary>
    public bool IsIdleSince(DateTimeOffset moment)
    {
        lock (_gate)
        {
            return _open == 0 && _usedAt < moment.UtcTicks;
        }
    }

    /// <summary>A payment is on its way into the journal.</summary>
    public void Begin(DateTimeOffset now)
    {
        lock (_gate)
        {
            _open++;
            _usedAt = now.UtcTicks;
        }
    }

    /// <summary>The payment is in the journal, or with zero credit it is not.</summary>
    public void End(Ratio credit)
    {
        lock (_gate)
        {
            _open--;
            _balance += credit;
        }
    }

    /// <summary>A segment's record is in the journal.</summary>
    public void Debit(Ratio fee, DateTimeOffset now)
    {
        lock (_gate)
        {
            _balance -= fee;
            _usedAt = now.UtcTicks;
        }
    }
}
