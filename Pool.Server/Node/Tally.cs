namespace Pool.Server.Node;

/// <summary>
/// Counts for each key (an address, a session) how much of something it has in use now, and gives no more than a limit. Only keys that
/// have something in use are remembered, so nobody can fill it with names.
/// </summary>
/// <param name="limit">What one key may have in use at once.</param>
public sealed class Tally(long limit)
{
    private readonly Dictionary<string, long> _inUse = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>What the key has in use.</summary>
    public long Of(string key)
    {
        lock (_gate)
        {
            return _inUse.GetValueOrDefault(key);
        }
    }

    /// <summary>Whether the key is at its limit.</summary>
    public bool IsFull(string key) => Of(key) >= limit;

    /// <summary>Takes so much for the key; false, and nothing taken, when that would be more than the limit.</summary>
    public bool TryTake(string key, long amount = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        lock (_gate)
        {
            var after = _inUse.GetValueOrDefault(key) + amount;
            if (after > limit)
            {
                return false;
            }

            if (after > 0)
            {
                _inUse[key] = after;
            }

            return true;
        }
    }

    /// <summary>Gives back what was taken.</summary>
    /// <exception cref="InvalidOperationException">More is given back than was taken.</exception>
    public void GiveBack(string key, long amount = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        lock (_gate)
        {
            var after = _inUse.GetValueOrDefault(key) - amount;
            if (after < 0)
            {
                throw new InvalidOperationException($"'{key}' gives back {-after} more than it took.");
            }

            if (after == 0)
            {
                _inUse.Remove(key);
            }
            else
            {
                _inUse[key] = after;
            }
        }
    }
}
