using System.Net;
using System.Net.Sockets;

namespace Pool.Server.Node;

/// <summary>Who a connection belongs to when limits are counted.</summary>
public static class RemoteAddress
{
    private const string Unknown = "unknown";

    /// <summary>Bytes of an IPv6 address that name a network: one customer has at least so many addresses (RFC 6177).</summary>
    private const int NetworkBytes = 8;

    /// <summary>An IPv4 address as it is, an IPv6 one by its /64: whoever has one of those has 2^64.</summary>
    public static string KeyOf(IPAddress? address)
    {
        if (address is null)
        {
            return Unknown;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
