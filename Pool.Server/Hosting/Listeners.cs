using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using Pool.Server.Livepeer;
using Pool.Server.Node;
using Pool.Server.Workers;
using Pool.Shared.Contracts;

namespace Pool.Server.Hosting;

/// <summary>
/// The two doors of the process. What a gateway can reach and what a worker or operator can reach are told apart by the socket a
/// request came in on, never by anything the request says.
/// </summary>
internal static class Listeners
{
    private const string DoorKey = "Pool.Door";

    /// <summary>A gateway's Livepeer-Payment alone may be about 58 KB; Go's own limit is 1 MiB (protocol §1.4).</summary>
    private const int MaxHeaderBytes = 1024 * 1024;

    private const int MaxHeaders = 200;

    /// <summary>An upload over a long distance must fit into the gateway's time for headers (protocol §1.4): a wide window.</summary>
    private const int StreamWindowBytes = 4 * 1024 * 1024;

    private const int ConnectionWindowBytes = 16 * 1024 * 1024;

    private const int MaxStreamsPerConnection = 256;

    /// <summary>Stock orchestrators keep idle connections for ten minutes (protocol §1.1).</summary>
    private static readonly TimeSpan s_idleTimeout = TimeSpan.FromMinutes(10);

    /// <summary>The key of a door's <see cref="ConnectionLimits"/>, too.</summary>
    internal enum Door
    {
        Network,
        Web,
    }

    public static void Configure(WebApplicationBuilder builder)
    {
        AddLimits(builder.Services, Door.Network, services => ConnectionBounds.Network(services.GetRequiredService<IOptions<EdgeOptions>>().Value));
        AddLimits(builder.Services, Door.Web, services => ConnectionBounds.Web(services.GetRequiredService<IOptions<WorkersOptions>>().Value));
        builder.Services.AddSingleton<WebIdentity>();
        builder.Services.AddSingleton<HandshakeGate>();
        builder.Services.AddHostedService<WebIdentityWatch>();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IServiceProvider>((kestrel, services) =>
        {
            var node = services.GetRequiredService<IOptions<NodeOptions>>().Value;
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.MaxRequestBufferSize = MaxHeaderBytes;
            kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
            kestrel.Limits.KeepAliveTimeout = s_idleTimeout;
            kestrel.Limits.Http2.MaxRequestHeaderFieldSize = MaxHeaderBytes;
            kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
            kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
            kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
            kestrel.Listen(IPAddress.Parse(node.NetworkAddress), node.NetworkPort, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                Guard(listen, services, Door.Network);
                Mark(listen, Door.Network);
                Secure(listen, services.GetRequiredService<NetworkIdentity>());
            });
            kestrel.Listen(IPAddress.Parse(node.WebAddress), node.WebPort, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                Guard(listen, services, Door.Web);
                Mark(listen, Door.Web);
                var identity = services.GetRequiredService<WebIdentity>();
                if (identity.IsSecure)
                {
                    listen.Protocols = HttpProtocols.Http1AndHttp2;
                    Secure(listen, identity, services.GetRequiredService<HandshakeGate>());
                }
            });
        });
    }

    /// <summary>Gives each door its own routes; neither sees the other's.</summary>
    public static void Route(WebApplication app, Action<IEndpointRouteBuilder> network, Action<IEndpointRouteBuilder> web)
    {
        app.MapWhen(context => DoorOf(context) == Door.Network, branch =>
        {
            branch.UseEdgeGuard();
            Branch(branch, network);
        });
        app.MapWhen(context => DoorOf(context) == Door.Web, branch =>
        {
            branch.UseWebSockets();
            Branch(branch, web);
        });
    }

    private static void Branch(IApplicationBuilder branch, Action<IEndpointRouteBuilder> routes)
    {
        branch.UseRouting();
        branch.UseEndpoints(routes);
    }

    private static void AddLimits(IServiceCollection services, Door door, Func<IServiceProvider, ConnectionBounds> bounds) =>
        services.AddKeyedSingleton(door, (provider, _) => new ConnectionLimits(
            bounds(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ConnectionLimits>>()));

    private static void Guard(ListenOptions listen, IServiceProvider services, Door door)
    {
        var limits = services.GetRequiredKeyedService<ConnectionLimits>(door);
        Use(listen, next => connection => limits.GuardAsync(connection, next));
    }

    private static void Mark(ListenOptions listen, Door door) =>
        Use(listen, next => connection =>
        {
            connection.Items[DoorKey] = door;
            return next(connection);
        });

    /// <summary>
    /// Asked at every handshake: the certificate is made in PrepareAsync, and the options are read before that. A selector of certificates would do,
    /// too, but has the usages of the certificate decoded at every handshake, and the runtime does that wrong, now and then, for two that are a
    /// certificate's first and go on at once: a gateway that was there at the start was refused.
    /// </summary>
    private static void Secure(ListenOptions listen, NetworkIdentity identity) => listen.UseHttps(new TlsHandshakeCallbackOptions
    {
        OnConnection = _ => ValueTask.FromResult(Handshake(identity.Certificate)),
    });

    /// <summary>Asked at every handshake: a renewed certificate counts for whoever connects from then on, with the chain above it.</summary>
    private static void Secure(ListenOptions listen, WebIdentity identity, HandshakeGate gate)
    {
        Use(listen, next => connection => HandshakeGate.GuardAsync(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = WorkerLink.OpenTimeout,   // it may have to wait for those before it
            OnConnection = async handshake =>
            {
                await gate.EnterAsync(handshake.Connection, handshake.CancellationToken);
                return Handshake(identity.Certificate.Context);
            },
        });
        Use(listen, next => connection =>
        {
            HandshakeGate.Leave(connection);
            return next(connection);
        });
    }

    private static SslServerAuthenticationOptions Handshake(SslStreamCertificateContext certificate) => new()
    {
        ServerCertificateContext = certificate,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
    };

    /// <summary>ListenOptions hide this one behind a method of their own.</summary>
    private static void Use(ListenOptions listen, Func<ConnectionDelegate, ConnectionDelegate> middleware) => ((IConnectionBuilder)listen).Use(middleware);

    private static Door DoorOf(HttpContext context) =>
        context.Features.GetRequiredFeature<IConnectionItemsFeature>().Items[DoorKey] is Door door
            ? door
            : throw new InvalidOperationException("A request came in on a socket that is no door of ours.");
}
