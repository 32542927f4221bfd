using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using Pool.Server.Node;

namespace Pool.Server.Hosting;

/// <summary>Turns what may be wrong around the server into one line that names it; anything else is a bug and keeps its stack trace.</summary>
internal static class StartUpFaults
{
    public static string? Explain(Exception exception) => exception switch
    {
        StartUpException fault => fault.Message,
        IOException { InnerException: AddressInUseException } inUse => $"{inUse.Message} Another program has it: choose another in POOL_NETWORK_PORT or POOL_WEB_PORT.",
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => "A port is in use: choose another in POOL_NETWORK_PORT or POOL_WEB_PORT.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "A port below 1024 needs rights that this user does not have: choose another in POOL_NETWORK_PORT or POOL_WEB_PORT.",
        NpgsqlException database => $"Postgres cannot be used: {OneLine(database)} (POOL_DATABASE).",
        UnauthorizedAccessException denied => $"{OneLine(denied)} Check the owner of POOL_HOME.",
        IOException { HResult: NoSpaceLeft } full => $"No disk space: {OneLine(full)}",
        _ => null,
    };

    /// <summary>errno ENOSPC, as .NET reports it on Linux.</summary>
    private const int NoSpaceLeft = 28;

    private static string OneLine(Exception exception) => exception.Message.ReplaceLineEndings(" ").TrimEnd('.') + ".";
}
