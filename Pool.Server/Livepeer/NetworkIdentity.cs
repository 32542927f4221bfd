using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Pool.Server.Node;
using Pool.Shared.Livepeer;

namespace Pool.Server.Livepeer;

/// <summary>What makes us the same orchestrator to gateways: the secret behind auth tokens (persisted) and the certificate (fresh at every start).</summary>
public sealed class NetworkIdentity(IOptions<NodeOptions> node, TimeProvider time)
{
    /// <summary>Validity of the self-signed certificate (protocol §1.2).</summary>
    private static readonly TimeSpan s_validity = TimeSpan.FromHours(8765);

    /// <summary>A gateway's clock may be a little behind ours.</summary>
    private static readonly TimeSpan s_backdate = TimeSpan.FromHours(1);

    private const int SerialBytes = 16;

    private AuthTokens? _tokens;
    private SslStreamCertificateContext? _certificate;

    public AuthTokens Tokens => _tokens ?? throw new InvalidOperationException("Load comes first.");

    /// <summary>
    /// The certificate, prepared once for all handshakes. Nobody on the network checks it; gateways only want TLS with ALPN (protocol §1.2).
    /// </summary>
    public SslStreamCertificateContext Certificate => _certificate ?? throw new InvalidOperationException("Load comes first.");

    /// <summary>Reads or makes the secret, makes the certificate.</summary>
    public void Load()
    {
        var folder = node.Value.ServerFolder;
        _tokens = new AuthTokens(SecretFile.ReadOrCreate(Path.Combine(folder, "auth.secret")));
        var certificate = MakeCertificate();
        _certificate = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
    }

    private X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName(""), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(node.Value.EffectiveServiceUri.Host);
        request.CertificateExtensions.Add(names.Build(critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var now = time.GetUtcNow();
        var generator = X509SignatureGenerator.CreateForECDsa(key);
        using var certificate = request.Create(
            new X500DistinguishedName(""), generator, now - s_backdate, now + s_validity, RandomNumberGenerator.GetBytes(SerialBytes));
        return certificate.CopyWithPrivateKey(key);
    }
}
