using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Pool.Benchmarks.Relay;

/// <summary>A long line: passes on every byte of a connection, each way half a round trip later, as much at once as comes.</summary>
internal sealed class DelayingProxy : IAsyncDisposable
{
    private const int ChunkBytes = 64 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _delay;
    private readonly int _target;
    private readonly TimeProvider _time;
    private readonly Task _accepting;

    /// <param name="target">Port of this machine that it leads to.</param>
    /// <param name="roundTrip">What it adds to a round trip.</param>
    /// <param name="time">The clock.</param>
    public DelayingProxy(int target, TimeSpan roundTrip, TimeProvider time)
    {
        (_target, _delay, _time) = (target, roundTrip / 2, time);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = CarryAsync(await _listener.AcceptTcpClientAsync(_stop.Token));   // ends with either side, or with the proxy
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        using var far = new TcpClient();
        using (near)
        {
            (near.NoDelay, far.NoDelay) = (true, true);
            try
            {
                await Task.Delay(_delay * 2, _time, _stop.Token);   // the handshake
                await far.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                await Task.WhenAll(PassAsync(near, far), PassAsync(far, near));
            }
            catch (Exception end) when (end is IOException or SocketException or OperationCanceledException)
            {
                // One side is gone: so is the other.
            }
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to)
    {
        var line = Channel.CreateUnbounded<(byte[] Bytes, long At)>();
        var receiving = ReceiveAsync(from, line.Writer);
        await foreach (var (bytes, at) in line.Reader.ReadAllAsync(_stop.Token))
        {
            if (_delay - _time.GetElapsedTime(at) is { Ticks: > 0 } left)
            {
                await Task.Delay(left, _time, _stop.Token);
            }

            await to.GetStream().WriteAsync(bytes, _stop.Token);
        }

        await receiving;
        to.Client.Shutdown(SocketShutdown.Send);
    }

    private async Task ReceiveAsync(TcpClient from, ChannelWriter<(byte[] Bytes, long At)> line)
    {
        try
        {
            var buffer = new byte[ChunkBytes];
            while (await from.GetStream().ReadAsync(buffer, _stop.Token) is > 0 and var count)
            {
                line.TryWrite((buffer[..count], _time.GetTimestamp()));
            }
        }
        finally
        {
            line.TryComplete();
        }
    }
}
