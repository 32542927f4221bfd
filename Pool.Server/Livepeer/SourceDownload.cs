using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Pool.Server.Livepeer;

/// <summary>
/// Downloads segments that gateways name by an address (protocol §4.5). The address is a stranger's: it is the address a socket is really
/// connected to that must be public, so neither a redirect nor a name that changes its mind leads into our own network.
/// </summary>
internal sealed class SourceDownload : IDisposable
{
    /// <summary>Whole time of a download (protocol §1.4).</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    /// <summary>Longest address that is looked at, in bytes: object stores sign theirs in the query.</summary>
    public const int MaxUrlBytes = 8 * 1024;

    /// <summary>As many as the network's own clients follow (protocol §4.9).</summary>
    private const int MaxRedirects = 10;

    private const int MaxConnectionsPerServer = 64;
    private const int MaxHeaderKilobytes = 64;

    private readonly bool _isEnabled;
    private readonly IReadOnlyList<IPNetwork> _privateNetworks;
    private readonly HttpClient _client;

    [SuppressMessage("Security", "CA5359", Justification = "The network's certificates are self-signed and never verified (protocol §4.5); the bytes are verified by their hash.")]
    public SourceDownload(IOptions<SegmentUrlOptions> options)
    {
        _isEnabled = options.Value.Enabled;
        _privateNetworks = [.. options.Value.PrivateNetworks.Select(network => IPNetwork.Parse(network))];
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            ConnectTimeout = Limit,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = true,
            MaxAutomaticRedirections = MaxRedirects,
            MaxConnectionsPerServer = MaxConnectionsPerServer,
            MaxResponseHeadersLength = MaxHeaderKilobytes,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Reads a body as an address; null when it is none that is ever downloaded from, or nothing is.</summary>
    public Uri? Read(ReadOnlySpan<byte> body)
    {
        if (!_isEnabled || body.IsEmpty || body.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            return null;
        }

        return Uri.TryCreate(System.Text.Encoding.ASCII.GetString(body), UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            && url.UserInfo.Length == 0 && url.Host.Length > 0
            ? url
            : null;
    }

    /// <summary>Begins a download; the response's status must be looked at.</summary>
    /// <exception cref="HttpRequestException">Nobody answers, or the address is not one that may be connected to.</exception>
    public Task<HttpResponseMessage> BeginAsync(Uri url, CancellationToken cancellationToken) =>
        _client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose() => _client.Dispose();

    private bool MayConnect(IPAddress address) =>
        PublicAddress.Contains(address)
        || _privateNetworks.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = addresses.Where(MayConnect).ToArray();
        if (allowed.Length == 0)
        {
            throw new HttpRequestException($"None of the {addresses.Length} addresses of the host is one that may be connected to.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
