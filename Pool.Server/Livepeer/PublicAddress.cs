using System.Net;
using System.Net.Sockets;

namespace Pool.Server.Livepeer;

/// <summary>Which addresses belong to the whole internet, so that nothing behind our own firewall is reached by a stranger's word.</summary>
internal static class PublicAddress
{
    /// <summary>IPv4 that is not public (IANA special-purpose registry, multicast and what is reserved).</summary>
    private static readonly IPNetwork[] s_notPublicV4 =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.88.99.0/24"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"),
    ];

    /// <summary>All of IPv6 that is given out to anybody (RFC 4291, §2.4).</summary>
    private static readonly IPNetwork s_globalV6 = IPNetwork.Parse("2000::/3");

    /// <summary>Parts of it that are not: special purposes, documentation, and tunnels that hide an IPv4 address.</summary>
    private static readonly IPNetwork[] s_notPublicV6 =
        [IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2002::/16"), IPNetwork.Parse("3fff::/20")];

    public static bool Contains(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily switch
        {
            AddressFamily.InterNetwork => !s_notPublicV4.Any(network => network.Contains(plain)),
            AddressFamily.InterNetworkV6 => plain.ScopeId == 0 && s_globalV6.Contains(plain) && !s_notPublicV6.Any(network => network.Contains(plain)),
            _ => false,
        };
    }
}
