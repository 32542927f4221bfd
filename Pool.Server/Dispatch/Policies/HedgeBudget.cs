namespace Pool.Server.Dispatch.Policies;

/// <summary>
/// Bounds what hedging may cost: every segment earns a share of a hedge, every hedge costs a whole one. When all workers are slow at
/// once, which hedging cannot mend, it stops by itself. Safe to call from any thread.
/// </summary>
/// <param name="share">Hedges for each segment, 0 to 1; 0 is never.</param>
internal sealed class HedgeBudget(double share)
{
    /// <summary>Hedges that can be saved up; the budget begins full.</summary>
    public const int MaxSaved = 5;

    private readonly Lock _gate = new();
    private double _saved = share > 0 ? MaxSaved : 0;

    /// <summary>A segment begins.</summary>
    public void Earn()
    {
        lock (_gate)
        {
            _saved = Math.Min(_saved + share, MaxSaved);
        }
    }

    /// <summary>Pays for a hedge; false when there is not enough.</summary>
    public bool TrySpend()
    {
        lock (_gate)
        {
            if (_saved < 1)
            {
                return false;
            }

            _saved--;
            return true;
        }
    }
}
