using System.Diagnostics.CodeAnalysis;
using System.Net.Security;

namespace Pool.Gateway.Network;

/// <summary>HTTP connections to orchestrators. Their certificates are self-signed and nobody verifies them (protocol §1.2).</summary>
public static class NetworkConnections
{
    /// <summary>A client over HTTP/2 with connections of its own. Time-outs of calls are the caller's.</summary>
    /// <param name="connectTimeout">Limit for connecting, TLS included.</param>
    public static HttpClient Http2(TimeSpan connectTimeout) => new(Handler(connectTimeout, maxRedirects: 0))
    {
        DefaultRequestVersion = new Version(2, 0),
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>A client over HTTP/1.1 that follows redirects, for renditions.</summary>
    public static HttpClient Http11(TimeSpan connectTimeout) => new(Handler(connectTimeout, NetworkTimes.MaxRedirects))
    {
        DefaultRequestVersion = new Version(1, 1),
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    [SuppressMessage("Security", "CA5359", Justification = "The network's certificates are self-signed and never verified (protocol §1.2).")]
    private static SocketsHttpHandler Handler(TimeSpan connectTimeout, int maxRedirects)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = connectTimeout,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = maxRedirects > 0,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        };
        if (maxRedirects > 0)
        {
            handler.MaxAutomaticRedirections = maxRedirects;
        }

        return handler;
    }
}
