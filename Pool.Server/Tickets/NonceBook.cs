using System.Collections.Concurrent;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;

namespace Pool.Server.Tickets;

/// <summary>Whether a nonce may be used.</summary>
internal enum NonceVerdict
{
    /// <summary>It was not used before; now it is.</summary>
    Fresh,

    /// <summary>It was used.</summary>
    Seen,

    /// <summary>Its recipient rand has as many as it may have.</summary>
    TooMany,

    /// <summary>Its parameters have expired, and what was used of them is forgotten.</summary>
    Expired,
}

/// <summary>
/// The nonces that tickets have used, for each recipient rand until its parameters expire (protocol §5.5). What was taken is given back only when the payment
/// could not be written down.
/// </summary>
internal sealed class NonceBook
{
    private readonly ConcurrentDictionary<Bytes32, Used> _used = new();
    private readonly Lock _sweeping = new();
    private long _block;

    private sealed record Used(long ExpirationBlock, HashSet<uint> Nonces);

    /// <summary>Recipient rands that are remembered.</summary>
    public int Count => _used.Count;

    /// <summary>
    /// The L1 block that parameters are held against: the highest that was ever seen, because what was forgotten when it expired must not come to life again
    /// when an endpoint lags behind.
    /// </summary>
    public long Advance(ulong block)
    {
        var seen = Interlocked.Read(ref _block);
        if ((long)block <= seen)
        {
            return seen;
        }

        lock (_sweeping)
        {
            if ((long)block > _block)
            {
                Interlocked.Exchange(ref _block, (long)block);
                foreach (var expired in _used.Where(entry => entry.Value.ExpirationBlock <= (long)block))
                {
                    _used.TryRemove(expired);
                }
            }

            return _block;
        }
    }

    /// <summary>Takes a nonce, unless its parameters have expired.</summary>
    public NonceVerdict TryTake(Bytes32 randHash, long expirationBlock, uint nonce)
    {
        var used = _used.GetOrAdd(randHash, static (_, expiration) => new Used(expiration, []), expirationBlock);
        lock (used.Nonces)
        {
            // Looked at after the entry was found: it may be a new one, made just after the old one had been forgotten.
            return expirationBlock <= Interlocked.Read(ref _block) ? NonceVerdict.Expired
                : used.Nonces.Count >= PaymentTickets.MaxTickets && !used.Nonces.Contains(nonce) ? NonceVerdict.TooMany
                : used.Nonces.Add(nonce) ? NonceVerdict.Fresh
                : NonceVerdict.Seen;
        }
    }

    /// <summary>Gives back nonces of a payment that could not be written down.</summary>
    public void GiveBack(Bytes32 randHash, IEnumerable<uint> nonces)
    {
        if (_used.TryGetValue(randHash, out var used))
        {
            lock (used.Nonces)
            {
                used.Nonces.ExceptWith(nonces);
            }
        }
    }

    /// <summary>Notes nonces of an earlier process.</summary>
    public void Remember(Bytes32 randHash, long expirationBlock, IEnumerable<uint> nonces)
    {
        var used = _used.GetOrAdd(randHash, static (_, expiration) => new Used(expiration, []), expirationBlock);
        lock (used.Nonces)
        {
            used.Nonces.UnionWith(nonces);
        }
    }
}
