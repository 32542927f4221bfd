using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;

namespace Pool.Worker.Connection;

/// <summary>
/// SignalR's transport for this worker: a plain WebSocket without negotiation. The certificate of a wss pool is verified by
/// <see cref="PoolTrust"/>.
/// </summary>
internal sealed class WebSocketConnectionFactory(PoolTrust trust) : IConnectionFactory
{
    /// <summary>How often an idle socket is pinged, so that NATs keep it and a dead peer is noticed.</summary>
    public static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(15);

    /// <summary>A ping that is not answered within this time ends the socket.</summary>
    public static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(15);

    private WebSocketConnection? _connection;

    /// <summary>Ends the latest connection at once, without a goodbye that nobody would hear.</summary>
    public void Abort() => Volatile.Read(ref _connection)?.Abort();

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var address = ((UriEndPoint)endpoint).Uri;
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.KeepAliveInterval = KeepAliveInterval;
            socket.Options.KeepAliveTimeout = KeepAliveTimeout;
            socket.Options.RemoteCertificateValidationCallback = trust.Accepts;
            await socket.ConnectAsync(address, cancellationToken);
            var connection = new WebSocketConnection(socket, endpoint);
            Volatile.Write(ref _connection, connection);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
