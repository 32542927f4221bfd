using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Pool.Server.Node;

/// <summary>A certificate of the web port that is good to use, with its key and the chain above it.</summary>
internal sealed class WebCertificate
{
    private readonly X509Certificate2Collection _chain;

    /// <param name="own">The certificate with its key.</param>
    /// <param name="chain">All certificates of the file, that one first.</param>
    /// <param name="fingerprint">Of the files that they were read from.</param>
    public WebCertificate(X509Certificate2 own, X509Certificate2Collection chain, string fingerprint)
    {
        (_chain, Fingerprint) = (chain, fingerprint);
        Name = own.GetNameInfo(X509NameType.DnsName, forIssuer: false) is { Length: > 0 } name ? name : own.Subject;
        ExpiresAt = new DateTimeOffset(own.NotAfter).ToUniversalTime();

        // Once for all handshakes: what OpenSSL makes of key and chain is shared by the connections. Offline: no start waits for an authority's server.
        Context = SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    /// <summary>What a handshake needs.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>The first name it is for.</summary>
    public string Name { get; }

    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Changes with every byte of its files.</summary>
    public string Fingerprint { get; }

    /// <summary>Certificate and chain in PEM form, without the key.</summary>
    public string ToPem() => _chain.ExportCertificatePems();
}
