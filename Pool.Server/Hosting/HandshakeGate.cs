using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Connections;

namespace Pool.Server.Hosting;

/// <summary>
/// Lets a bounded number of TLS handshakes of workers go on at once; the others wait, first come first served, at the cost of their socket.
/// When a pool comes back, all its workers dial in one moment. If all those handshakes went on side by side, all would end late and together,
/// after most workers had given up, and what was done for these would have to be done again.
/// </summary>
internal sealed class HandshakeGate(TimeProvider time) : IDisposable
{
    /// <summary>Handshakes at once for each processor: enough to have work while the answers of far workers are under way.</summary>
    public const int PlacesPerProcessor = 32;

    /// <summary>
    /// A handshake keeps its place no longer than this: strangers who begin handshakes and do not go on can slow the others down, and not keep
    /// them out.
    /// </summary>
    public static readonly TimeSpan LongestStay = TimeSpan.FromMilliseconds(250);

    private static readonly object s_key = new();

    private readonly ConcurrencyLimiter _places = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = PlacesPerProcessor * Environment.ProcessorCount,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        QueueLimit = int.MaxValue,   // whoever waits costs a socket, and no longer than the handshake may take
    });

    /// <summary>Places that nobody has.</summary>
    public long Free => _places.GetStatistics()!.CurrentAvailablePermits;   // a limiter of this kind always has statistics

    /// <summary>Waits for a place. The server's part of the work begins after that.</summary>
    public async Task EnterAsync(BaseConnectionContext connection, CancellationToken cancellationToken) =>
        connection.Items[s_key] = new Place(await _places.AcquireAsync(1, cancellationToken), time);

    /// <summary>Sees to it that a connection whose handshake failed has no place any more.</summary>
    public static async Task GuardAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(connection);
        }
    }

    /// <summary>The handshake is over, whatever came of it.</summary>
    public static void Leave(BaseConnectionContext connection) => (connection.Items.TryGetValue(s_key, out var place) ? place as Place : null)?.Dispose();

    public void Dispose() => _places.Dispose();

    private sealed class Place : IDisposable
    {
        private readonly ITimer _limit;
        private RateLimitLease? _lease;

        public Place(RateLimitLease lease, TimeProvider time)
        {
            _lease = lease;
            _limit = time.CreateTimer(_ => GiveBack(), null, LongestStay, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _limit.Dispose();
            GiveBack();
        }

        private void GiveBack() => Interlocked.Exchange(ref _lease, null)?.Dispose();
    }
}
