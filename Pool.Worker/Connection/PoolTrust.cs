using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pool.Worker.Connection;

/// <summary>
/// Whom the worker believes to be its pool: whoever this machine's own store of authorities trusts, or, where the worker's owner has named a file,
/// only who is in that. What a failed handshake says of its reason is kept for the person who must mend it.
/// </summary>
/// <param name="file">PEM file with the pool's own certificate or with the authority above it; null for the machine's store.</param>
internal sealed class PoolTrust(string? file = null)
{
    /// <summary>The option that names the file.</summary>
    public const string Option = "--pool-certificate";

    /// <summary>Use of a certificate: a server's (RFC 5280 §4.2.1.12).</summary>
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";

    private volatile string? _complaint;

    /// <summary>Whether a file can be trusted in.</summary>
    /// <param name="file">The file.</param>
    /// <returns>What is wrong with it, for people; null when nothing is.</returns>
    public static string? FaultOf(string file) => Read(file, []);

    /// <summary>Judges the certificate of a handshake, as <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _complaint = file is null ? ComplaintOfMachine(chain, errors) : ComplaintOfFile(file, certificate, chain, errors);
        return _complaint is null;
    }

    /// <summary>The reason of a failed request: what was wrong with the pool's certificate, if it was that.</summary>
    public string Explain(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException && _complaint is { } complaint)
            {
                return complaint;
            }
        }

        return Sentence.Of(failure);
    }

    private static string? ComplaintOfMachine(X509Chain? chain, SslPolicyErrors errors) => errors == SslPolicyErrors.None
        ? null
        : $"its certificate is not trusted, {Reason(chain, errors)}; if the pool's operator made it, get it from there and name it with {Option} FILE";

    private static string? ComplaintOfFile(string file, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return "it shows no certificate";
        }

        // Read at every handshake: the file may have been renewed since.
        var trusted = new X509Certificate2Collection();
        if (Read(file, trusted) is { } fault)
        {
            return $"{Option}: {fault}";
        }

        var shown = certificate.GetRawCertData();
        if (trusted.Any(one => one.RawDataMemory.Span.SequenceEqual(shown)))
        {
            return null;   // exactly this one was named: neither names nor dates say more about who it is
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"its certificate is neither in {Option} '{Sentence.Printable(file)}' nor for the name of this pool";
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerUse));
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.ExtraStore.AddRange(sent?.ChainPolicy.ExtraStore ?? []);
        using var leaf = X509CertificateLoader.LoadCertificate(shown);
        return chain.Build(leaf) ? null : $"its certificate is neither in {Option} '{Sentence.Printable(file)}' nor vouched for by one in it, {Reason(chain, SslPolicyErrors.RemoteCertificateChainErrors)}";
    }

    private static string Reason(X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return "it is for another name";
        }

        var faults = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        return faults.HasFlag(X509ChainStatusFlags.NotTimeValid) ? "it has expired or is not valid yet"
            : faults.HasFlag(X509ChainStatusFlags.UntrustedRoot) || faults.HasFlag(X509ChainStatusFlags.PartialChain) ? "no authority that is known here vouches for it"
            : $"for this reason: {faults}";
    }

    /// <returns>What is wrong with the file; null when nothing is.</returns>
    private static string? Read(string file, X509Certificate2Collection certificates)
    {
        try
        {
            certificates.ImportFromPemFile(file);
            return certificates.Count > 0 ? null : $"there is no certificate in PEM form in '{Sentence.Printable(file)}'";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return $"'{Sentence.Printable(file)}' cannot be read: {Sentence.Of(unreadable)}";
        }
    }
}
