using System.Net;
using System.Net.Sockets;
using System.Text;
using Pool.Shared.Contracts;

namespace Pool.EndToEnd.Tests.Kit;

/// <summary>
/// A line between two programs, a worker and the pool for one: passes on every byte a little later, and can lose them. Neither end is told anything then: the
/// connections look open, as they do when a router on the way has forgotten them.
/// </summary>
internal sealed class LossyLine : IAsyncDisposable
{
    private const int ChunkBytes = 64 * 1024;

    private static readonly byte[] s_hubRequest = Encoding.ASCII.GetBytes($"GET {WorkerLink.HubPath}");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _delay;
    private readonly int _target;
    private readonly Task _accepting;
    private CancellationTokenSource _era = new();
    private Task _stalled = Task.CompletedTask;
    private int _hubConnections;

    /// <param name="target">Port of this machine that it leads to.</param>
    /// <param name="delay">How much later every byte comes.</param>
    public LossyLine(int target, TimeSpan delay)
    {
        (_target, _delay) = (target, delay);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where whoever is at its near end dials.</summary>
    public int Port { get; }

    /// <summary>Connections to the hub that went through so far.</summary>
    public int HubConnections => Volatile.Read(ref _hubConnections);

    /// <summary>Everything on connections that are open now is lost from now on; new connections work.</summary>
    public void Forget()
    {
        using var over = Interlocked.Exchange(ref _era, new CancellationTokenSource());
        over.Cancel();
    }

    /// <summary>Nothing passes, on old connections and new ones, until <paramref name="end"/>; then everything goes on.</summary>
    public void StallUntil(Task end) => Volatile.Write(ref _stalled, end);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _era.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = CarryAsync(await _listener.AcceptTcpClientAsync(_stop.Token), Volatile.Read(ref _era).Token);   // ends with either side, or with the line
        }
    }

    private async Task CarryAsync(TcpClient near, CancellationToken forgotten)
    {
        using var far = new TcpClient();
        using (near)
        {
            (near.NoDelay, far.NoDelay) = (true, true);
            try
            {
                await Volatile.Read(ref _stalled).WaitAsync(_stop.Token);
                await far.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                var passing = Task.WhenAll(PassAsync(near, far, forgotten), PassAsync(far, near, forgotten));
                await passing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (forgotten.IsCancellationRequested)
                {
                    // Nobody hears of the other's end any more.
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
                }
            }
            catch (Exception end) when (end is SocketException or OperationCanceledException)
            {
                // The pool is not there, or the line is taken down.
            }
        }
    }

    /// <summary>Passes on what comes one way. An end is passed on too, a broken connection breaks the other.</summary>
    private async Task PassAsync(TcpClient from, TcpClient to, CancellationToken forgotten)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, forgotten);
        var buffer = new byte[ChunkBytes];
        try
        {
            var isFirst = true;
            while (await from.GetStream().ReadAsync(buffer, over.Token) is > 0 and var count)
            {
                await Task.Delay(_delay, TimeProvider.System, over.Token);
                await Volatile.Read(ref _stalled).WaitAsync(over.Token);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), over.Token);
                if (isFirst && buffer.AsSpan(0, count).StartsWith(s_hubRequest))
                {
                    Interlocked.Increment(ref _hubConnections);
                }

                isFirst = false;
            }

            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception end) when (end is IOException or SocketException)
        {
            (from.LingerState, to.LingerState) = (new LingerOption(true, 0), new LingerOption(true, 0));
            from.Close();
            to.Close();
        }
    }
}
