using Microsoft.Extensions.Options;

namespace Pool.Server.Node;

/// <summary>What the web port shows of itself to workers and the operator: the operator's certificate, followed through its renewals, or nothing over plain HTTP.</summary>
internal sealed partial class WebIdentity(IOptions<NodeOptions> node, TimeProvider time, ILogger<WebIdentity> logger)
{
    /// <summary>A certificate that has less time left than this should have been renewed long ago: certbot does it thirty days before.</summary>
    public static readonly TimeSpan WarnBefore = TimeSpan.FromDays(7);

    /// <summary>How often that is said again.</summary>
    public static readonly TimeSpan WarnEvery = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private volatile WebCertificate? _certificate;
    private volatile string? _fault;
    private DateTimeOffset _warnAt = DateTimeOffset.MinValue;

    /// <summary>Whether the web port speaks HTTPS.</summary>
    public bool IsSecure => !string.IsNullOrEmpty(node.Value.WebCertificate);

    /// <summary>What new connections get.</summary>
    public WebCertificate Certificate => _certificate ?? throw new InvalidOperationException("Load comes first, and there must be a certificate.");

    /// <summary>Whether its end is near, or over.</summary>
    public bool ExpiresSoon => Certificate.ExpiresAt - time.GetUtcNow() <= WarnBefore;

    /// <summary>Why files that have changed since they were read are not in use; null when all is well.</summary>
    public string? Fault => _fault;

    /// <summary>Reads the files for the first time; without a certificate, takes away what was shown before.</summary>
    /// <exception cref="StartUpException">They are no good to begin with.</exception>
    public void Load()
    {
        if (!IsSecure)
        {
            File.Delete(node.Value.ShownWebCertificate);
            return;
        }

        lock (_gate)
        {
            Use(WebCertificateFiles.Read(node.Value));
            WarnOfItsEnd();
        }
    }

    /// <summary>Takes up files that have changed. Broken ones change nothing: the certificate that was good stays, and the reason is logged once.</summary>
    public void Look()
    {
        lock (_gate)
        {
            try
            {
                var files = WebCertificateFiles.Read(node.Value);
                if (files.Fingerprint != Certificate.Fingerprint)
                {
                    Use(files);
                    LogRenewed(Certificate.Name, Certificate.ExpiresAt);
                }

                _fault = null;
            }
            catch (StartUpException broken)
            {
                Note(broken.Message);
            }
            catch (IOException full)
            {
                Note($"{node.Value.ShownWebCertificate} cannot be written: {full.Message}");
            }

            WarnOfItsEnd();
        }
    }

    private void Use(WebCertificateFiles files)
    {
        var certificate = files.Open(time.GetUtcNow());
        Show(certificate);
        _certificate = certificate;
        _warnAt = DateTimeOffset.MinValue;
    }

    /// <summary>For programs on this machine, which trust exactly what is shown. In one step: they read it at any time.</summary>
    private void Show(WebCertificate certificate)
    {
        var path = node.Value.ShownWebCertificate;
        var next = path + ".new";
        File.WriteAllText(next, certificate.ToPem());
        File.Move(next, path, overwrite: true);
    }

    private void Note(string fault)
    {
        if (_fault != fault)
        {
            _fault = fault;
            LogNotTaken(fault);
        }
    }

    private void WarnOfItsEnd()
    {
        var now = time.GetUtcNow();
        if (ExpiresSoon && now >= _warnAt)
        {
            _warnAt = now + WarnEvery;
            LogExpiresSoon(Certificate.Name, Certificate.ExpiresAt);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "New connections to the web port get the renewed certificate of {Name}, good until {ExpiresAt:u}")]
    private partial void LogRenewed(string name, DateTimeOffset expiresAt);

    [LoggerMessage(Level = LogLevel.Error, Message = "The web port keeps the certificate it has, the files have changed and cannot be used: {Fault}")]
    private partial void LogNotTaken(string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The web port's certificate of {Name} expires at {ExpiresAt:u}: renew it, the new files are taken up without a restart")]
    private partial void LogExpiresSoon(string name, DateTimeOffset expiresAt);
}
