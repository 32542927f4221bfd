using Microsoft.Extensions.Options;
using Pool.Server.Node;

namespace Pool.Server.Livepeer;

/// <summary>
/// Bounds the requests of an address in each second: a token bucket for each, kept as the one moment at which it will be full again. Full
/// buckets are forgotten, so that nobody can fill it with addresses: it holds those that asked within the last two seconds.
/// </summary>
internal sealed class RequestPace(IOptions<EdgeOptions> options, TimeProvider time)
{
    /// <summary>Whoever was quiet for so long may catch up on as much at once: a gateway's streams start together, and their segments end together.</summary>
    public static readonly TimeSpan Burst = TimeSpan.FromSeconds(2);

    private readonly TimeSpan _each = TimeSpan.FromSeconds(1) / options.Value.MaxRequestsPerSecondPerAddress;
    private readonly long _epoch = time.GetTimestamp();   // not the time of day: that may be set back, and then nobody would be let in
    private readonly Dictionary<string, TimeSpan> _fullAt = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private TimeSpan _sweepAt = Burst;

    /// <summary>Addresses that are remembered.</summary>
    public int Addresses
    {
        get
        {
            lock (_gate)
            {
                return _fullAt.Count;
            }
        }
    }

    /// <summary>Takes a request of this address; false, and nothing taken, when it has had too many.</summary>
    /// <param name="address">Whose request it is: <see cref="RemoteAddress.KeyOf"/>.</param>
    public bool TryTake(string address)
    {
        lock (_gate)
        {
            var now = time.GetElapsedTime(_epoch);
            Sweep(now);
            var fullAt = _fullAt.GetValueOrDefault(address);
            var after = (fullAt > now ? fullAt : now) + _each;
            if (after - now > Burst)
            {
                return false;
            }

            _fullAt[address] = after;
            return true;
        }
    }

    /// <summary>Called under the gate.</summary>
    private void Sweep(TimeSpan now)
    {
        if (now < _sweepAt)
        {
            return;
        }

        _sweepAt = now + Burst;
        foreach (var (address, fullAt) in _fullAt)
        {
            if (fullAt <= now)
            {
                _fullAt.Remove(address);
            }
        }
    }
}
