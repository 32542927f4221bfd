using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pool.Tests.Kit;

/// <summary>A certificate authority of a test's own, which no machine's store knows: a root, and below it the intermediate that signs, as real ones are built.</summary>
internal sealed class MadeAuthority : IDisposable
{
    private const int SerialBytes = 16;
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";

    private static readonly TimeSpan s_backdate = TimeSpan.FromDays(400);
    private static readonly TimeSpan s_validity = TimeSpan.FromDays(4000);

    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;

    public MadeAuthority()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _root = Request("CN=test root", rootKey).CreateSelfSigned(TimeProvider.System.GetUtcNow() - s_backdate, TimeProvider.System.GetUtcNow() + s_validity);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Request("CN=test intermediate", key).Create(_root, new DateTimeOffset(_root.NotBefore), new DateTimeOffset(_root.NotAfter), RandomNumberGenerator.GetBytes(SerialBytes));
        _intermediate = signed.CopyWithPrivateKey(key);
    }

    /// <summary>The root in PEM form, for whoever is to trust it.</summary>
    public string RootPem => _root.ExportCertificatePem() + "\n";

    /// <summary>A certificate that is good now, for this machine's loopback address and a name.</summary>
    public MadeCertificate Issue(string name = "localhost") => Issue(name, IPAddress.Loopback, TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(90));

    /// <summary>A certificate for a name, and for an address if one is given.</summary>
    public MadeCertificate Issue(string name, IPAddress? address, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (address is not null)
        {
            names.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerUse)], critical: false));
        using var certificate = request.Create(_intermediate, notBefore, notAfter, RandomNumberGenerator.GetBytes(SerialBytes));
        return new MadeCertificate(
            certificate.SerialNumber, $"{certificate.ExportCertificatePem()}\n{_intermediate.ExportCertificatePem()}\n", key.ExportPkcs8PrivateKeyPem() + "\n", key.ExportEncryptedPkcs8PrivateKeyPem(
                "secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000)) + "\n");
    }

    /// <summary>Whether a server's certificate is of this authority, as a client asks it.</summary>
    public bool Vouches(object sender, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(_root);
        chain.ChainPolicy.ExtraStore.AddRange(sent?.ChainPolicy.ExtraStore ?? []);
        using var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(leaf);
    }

    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
    }

    private static CertificateRequest Request(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request;
    }
}

/// <summary>A certificate with its chain, and its key, as texts.</summary>
/// <param name="SerialNumber">Its number.</param>
/// <param name="ChainPem">Itself, and the intermediate above it.</param>
/// <param name="KeyPem">Its key.</param>
/// <param name="EncryptedKeyPem">Its key with a passphrase.</param>
internal sealed record MadeCertificate(string SerialNumber, string ChainPem, string KeyPem, string EncryptedKeyPem)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes chain and key into one file that only its owner can read.</summary>
    public void WriteTo(string path)
    {
        Write(path, ChainPem + KeyPem);
    }

    /// <summary>Writes a text into a file that only its owner can read, in one step.</summary>
    public static void Write(string path, string text)
    {
        var next = path + ".next";
        File.WriteAllText(next, text);
        File.SetUnixFileMode(next, OwnerOnly);
        File.Move(next, path, overwrite: true);
    }
}
