using System.Net;
using Microsoft.AspNetCore.Connections;
using Pool.Server.Node;

namespace Pool.Server.Hosting;

/// <summary>Bounds the connections to a port, in all and of one address. What is too many is closed before it costs a TLS handshake.</summary>
/// <param name="bounds">How many, and what the operator can change.</param>
/// <param name="time">The clock of the log's patience.</param>
/// <param name="logger">Told of connections that were closed.</param>
internal sealed partial class ConnectionLimits(ConnectionBounds bounds, TimeProvider time, ILogger<ConnectionLimits> logger)
{
    private const string Everybody = "";

    private readonly Tally _all = new(bounds.InAll);
    private readonly Tally _perAddress = new(bounds.PerAddress);
    private readonly LogThrottle _log = new(time);

    /// <summary>Connections that are open now.</summary>
    public long Open => _all.Of(Everybody);

    public async Task GuardAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (bounds.IsProxyTrusted && address is not null && IPAddress.IsLoopback(address))
        {
            await TakeAsync(_all, Everybody, bounds.InAllSetting, connection, next);
            return;
        }

        await TakeAsync(_perAddress, RemoteAddress.KeyOf(address), bounds.PerAddressSetting, connection,
            counted => TakeAsync(_all, Everybody, bounds.InAllSetting, counted, next));
    }

    private async Task TakeAsync(Tally tally, string key, string setting, ConnectionContext connection, ConnectionDelegate next)
    {
        if (!tally.TryTake(key))
        {
            TurnAway(connection, setting);
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            tally.GiveBack(key);
        }
    }

    private void TurnAway(ConnectionContext connection, string setting)
    {
        connection.Abort();
        if (_log.TryPass(out var withheld))
        {
            LogTurnedAway(bounds.Port, setting, withheld);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection to the {Port} port was closed: {Limit} is reached ({Withheld} like messages were not written)")]
    private partial void LogTurnedAway(string port, string limit, long withheld);
}
