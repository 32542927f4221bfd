using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Pool.Server.Livepeer;
using Pool.Server.Node;

namespace Pool.Server.Hosting;

/// <summary>Bounds the connections to the network port, in all and of one address. What is too many is closed before it costs a TLS handshake.</summary>
internal sealed partial class ConnectionLimits(IOptions<EdgeOptions> options, TimeProvider time, ILogger<ConnectionLimits> logger)
{
    private const string Everybody = "";

    private readonly Tally _all = new(options.Value.MaxConnections);
    private readonly Tally _perAddress = new(options.Value.MaxConnectionsPerAddress);
    private readonly LogThrottle _log = new(time);

    /// <summary>Connections that are open now.</summary>
    public long Open => _all.Of(Everybody);

    public async Task GuardAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = RemoteAddress.KeyOf((connection.RemoteEndPoint as IPEndPoint)?.Address);
        if (!_perAddress.TryTake(address))
        {
            TurnAway(connection, "Edge:MaxConnectionsPerAddress");
            return;
        }

        try
        {
            if (!_all.TryTake(Everybody))
            {
                TurnAway(connection, "Edge:MaxConnections");
                return;
            }

            try
            {
                await next(connection);
            }
            finally
            {
                _all.GiveBack(Everybody);
            }
        }
        finally
        {
            _perAddress.GiveBack(address);
        }
    }

    private void TurnAway(ConnectionContext connection, string limit)
    {
        connection.Abort();
        if (_log.TryPass(out var withheld))
        {
            LogTurnedAway(limit, withheld);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection to the network port was closed: {Limit} is reached ({Withheld} like messages were not written)")]
    private partial void LogTurnedAway(string limit, long withheld);
}
