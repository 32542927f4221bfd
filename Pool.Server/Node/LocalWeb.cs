using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pool.Server.Node;

/// <summary>
/// The way to the running server's web port for a program on the same machine. Whether that speaks HTTPS, and with which certificate, is what the
/// server has written into its own folder; whatever names the certificate is for, exactly that one is trusted.
/// </summary>
internal static class LocalWeb
{
    /// <summary>A client whose base address is the web port.</summary>
    /// <exception cref="StartUpException">The server's folder cannot be read.</exception>
    public static HttpClient Open(NodeOptions node)
    {
        var shown = Shown(node.ShownWebCertificate);
        var address = new UriBuilder(shown is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps, Host(node.WebAddress), node.WebPort).Uri;
        var handler = new SocketsHttpHandler();
        if (shown is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetRawCertData().AsSpan().SequenceEqual(shown) == true;
        }

        return new HttpClient(handler, disposeHandler: true) { BaseAddress = address };
    }

    /// <summary>The failure to reach it, in words for the operator.</summary>
    public static StartUpException Unreachable(NodeOptions node, HttpRequestException failure) =>
        new($"No server answers on port {node.WebPort} of this machine (POOL_WEB_PORT): {(failure.InnerException ?? failure).Message}", failure);

    private static byte[]? Shown(string path)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(path));
            return certificate.RawData;
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StartUpException($"{path} cannot be read: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>A socket that listens on all addresses listens on the loopback, too.</summary>
    private static string Host(string webAddress) => IPAddress.TryParse(webAddress, out var address) switch
    {
        true when address.Equals(IPAddress.IPv6Any) => $"[{IPAddress.IPv6Loopback}]",
        true when !address.Equals(IPAddress.Any) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString(),
        _ => IPAddress.Loopback.ToString(),
    };
}
