using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;

namespace Pool.Worker.Connection;

/// <summary>Where the hub is, as SignalR's client wants to be told.</summary>
internal sealed class HubEndPoint(Uri uri) : EndPoint
{
    public Uri Uri { get; } = uri;

    public override string ToString() => Uri.ToString();
}

/// <summary>Gives SignalR's client its transport: one WebSocket, without negotiation (ADR 0004).</summary>
internal sealed class WebSocketConnectionFactory : IConnectionFactory
{
    /// <summary>A line that is dead without saying so is noticed by the WebSocket itself.</summary>
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);

    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var hub = endpoint as HubEndPoint ?? throw new ArgumentException("The endpoint must be a hub's.", nameof(endpoint));
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = s_keepAlive;
        socket.Options.KeepAliveTimeout = s_keepAlive;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_connectTimeout);
        try
        {
            await socket.ConnectAsync(ToWebSocket(hub.Uri), timeout.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new WebSocketException($"no answer within {s_connectTimeout.TotalSeconds:0} seconds", late);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return new WebSocketConnection(socket);
    }

    private static Uri ToWebSocket(Uri uri) =>
        new UriBuilder(uri) { Scheme = uri.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs, Port = uri.Port }.Uri;
}
