using System.Net;
using System.Net.Sockets;

namespace Pool.Tests.Kit;

/// <summary>Ports of loopback for whatever a test or a benchmark starts.</summary>
internal static class FreePort
{
    /// <summary>A port nobody listens on now.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
