using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pool.Server.Node;

/// <summary>
/// The operator's PEM files as they are now. They are read whole each time, not judged by their times: certbot's names are links whose own times say
/// nothing, and a copy may keep the time of what it was copied from.
/// </summary>
internal sealed class WebCertificateFiles
{
    /// <summary>A chain is a few kilobytes; more is another file.</summary>
    public const int MaxFileBytes = 1024 * 1024;

    private const string CertificateSetting = "WebCertificate (POOL_WEB_CERTIFICATE)";
    private const string KeySetting = "WebCertificateKey (POOL_WEB_CERTIFICATE_KEY)";
    private const string KeyLabel = "PRIVATE KEY";
    private const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";

    /// <summary>A group may read a key, as Debian's <c>ssl-cert</c> does; nobody else.</summary>
    private const UnixFileMode TooOpen = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly string _chainPath;
    private readonly string _chain;
    private readonly string _keyPath;
    private readonly string _key;

    private WebCertificateFiles(string chainPath, string? keyPath)
    {
        _chainPath = chainPath;
        _keyPath = keyPath ?? chainPath;
        _chain = ReadText(CertificateSetting, chainPath);
        _key = _keyPath == chainPath ? _chain : ReadText(KeySetting, _keyPath);
        Fingerprint = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{_chain}\0{_key}")));
    }

    /// <summary>Changes with every byte of them.</summary>
    public string Fingerprint { get; }

    private string KeyName => _keyPath == _chainPath ? CertificateSetting : KeySetting;

    /// <summary>Reads them.</summary>
    /// <exception cref="StartUpException">A file is not there, cannot be read, or shows a key to everybody.</exception>
    public static WebCertificateFiles Read(NodeOptions node)
    {
        var certificate = node.WebCertificate ?? throw new InvalidOperationException("There is no certificate to read.");
        var home = Path.GetFullPath(node.Home);
        return new WebCertificateFiles(
            Path.GetFullPath(certificate, home), string.IsNullOrEmpty(node.WebCertificateKey) ? null : Path.GetFullPath(node.WebCertificateKey, home));
    }

    /// <summary>What is in them, when it is good to use.</summary>
    /// <param name="now">The time, which must be in the certificate's.</param>
    /// <exception cref="StartUpException">It is not.</exception>
    public WebCertificate Open(DateTimeOffset now)
    {
        var chain = ReadChain();
        RequireKey();
        var own = Join(chain[0]);
        var (from, until) = (new DateTimeOffset(own.NotBefore), new DateTimeOffset(own.NotAfter));
        Require(now >= from, CertificateSetting, _chainPath, $"the certificate is not valid before {Day(from)}");
        Require(now < until, CertificateSetting, _chainPath, $"the certificate has expired, on {Day(until)}: renew it");
        return new WebCertificate(own, chain, Fingerprint);
    }

    private X509Certificate2Collection ReadChain()
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(_chain);
        }
        catch (CryptographicException damaged)
        {
            throw Wrong(CertificateSetting, _chainPath, $"a certificate in it is damaged ({damaged.Message.TrimEnd('.')})", damaged);
        }

        Require(chain.Count > 0, CertificateSetting, _chainPath, "there is no certificate in PEM form in it (-----BEGIN CERTIFICATE-----)");
        return chain;
    }

    private void RequireKey()
    {
        var labels = Labels(_key);
        Require(!labels.Contains(EncryptedLabel), KeyName, _keyPath, "its key is encrypted, and nobody is there to be asked for the passphrase: store it without one (openssl pkey)");
        Require(labels.Exists(label => label.EndsWith(KeyLabel, StringComparison.Ordinal)), KeyName, _keyPath, _keyPath == _chainPath
            ? "there is no private key in it: name the file that has it in WebCertificateKey (POOL_WEB_CERTIFICATE_KEY)"
            : "there is no private key in PEM form in it (-----BEGIN PRIVATE KEY-----)");
    }

    private X509Certificate2 Join(X509Certificate2 first)
    {
        try
        {
            return X509Certificate2.CreateFromPem(_chain, _key);
        }
        catch (Exception unfit) when (unfit is CryptographicException or ArgumentException)
        {
            throw Wrong(KeyName, _keyPath, $"this key does not belong to the first certificate of '{_chainPath}', which is for {first.Subject}", unfit);
        }
    }

    private static List<string> Labels(string text)
    {
        var labels = new List<string>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var block))
        {
            labels.Add(rest[block.Label].ToString());
            rest = rest[block.Location.End..];
        }

        return labels;
    }

    private static string ReadText(string setting, string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Require(file.Length <= MaxFileBytes, setting, path, $"it is larger than {MaxFileBytes} bytes");
            using var reader = new StreamReader(file, Encoding.UTF8);
            var text = reader.ReadToEnd();

            // Of the open file, not of its name: that may be a link.
            var isOpen = (File.GetUnixFileMode(file.SafeFileHandle) & TooOpen) != UnixFileMode.None;
            Require(!isOpen || !text.Contains(KeyLabel, StringComparison.Ordinal), setting, path, "it holds a key and others may read it: chmod 600");
            return text;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Wrong(setting, path, "there is no such file", missing);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw Wrong(setting, path, "this user may not read it, or it is a folder", denied);
        }
        catch (IOException broken)
        {
            throw Wrong(setting, path, $"it cannot be read ({broken.Message.TrimEnd('.')})", broken);
        }
    }

    private static void Require(bool isSo, string setting, string path, string otherwise)
    {
        if (!isSo)
        {
            throw Wrong(setting, path, otherwise, null);
        }
    }

    private static StartUpException Wrong(string setting, string path, string what, Exception? inner) => new($"{setting} is '{path}': {what}.", inner);

    private static string Day(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
