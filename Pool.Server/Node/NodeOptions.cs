using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pool.Server.Node;

/// <summary>Settings of the node itself, at the top level of <c>pool.json</c> and as <c>POOL_…</c> in the environment.</summary>
public sealed class NodeOptions
{
    /// <summary>State folder of this node. Environment: <c>POOL_HOME</c>.</summary>
    [Required]
    public string Home { get; set; } = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pool");

    /// <summary>Port that gateways reach, TLS with our own certificate. Default: the network's 8935. Environment: <c>POOL_NETWORK_PORT</c>.</summary>
    [Range(0, 65535)]
    public int NetworkPort { get; set; } = 8935;

    /// <summary>Address the network port listens on. Environment: <c>POOL_NETWORK_ADDRESS</c>.</summary>
    [Required]
    public string NetworkAddress { get; set; } = "0.0.0.0";

    /// <summary>Port of the workers' hub and of the operator: HTTPS with <see cref="WebCertificate"/>, plain HTTP without. Environment: <c>POOL_WEB_PORT</c>.</summary>
    [Range(0, 65535)]
    public int WebPort { get; set; } = 8936;

    /// <summary>Address the web port listens on; the loopback by default, because it is plain HTTP without a certificate. Environment: <c>POOL_WEB_ADDRESS</c>.</summary>
    [Required]
    public string WebAddress { get; set; } = "127.0.0.1";

    /// <summary>PEM file with the web port's certificate and the chain above it; with it that port speaks HTTPS only. Relative to the home folder. Environment: <c>POOL_WEB_CERTIFICATE</c>.</summary>
    public string? WebCertificate { get; set; }

    /// <summary>PEM file with the certificate's key, when that is not in the same file. Relative to the home folder. Environment: <c>POOL_WEB_CERTIFICATE_KEY</c>.</summary>
    public string? WebCertificateKey { get; set; }

    /// <summary>URI that gateways use to reach us, <c>https://host:port</c> without a trailing slash (protocol §3.4). Environment: <c>POOL_SERVICE_URI</c>.</summary>
    public string? ServiceUri { get; set; }

    /// <summary>Npgsql connection string of our Postgres. Environment: <c>POOL_DATABASE</c>.</summary>
    [Required(ErrorMessage = "Database is not set: give an Npgsql connection string in POOL_DATABASE or as \"database\" in pool.json.")]
    public string Database { get; set; } = "";

    /// <summary>Folder that only the server writes: secrets, certificate, spool.</summary>
    public string ServerFolder => Path.Combine(Home, "server");

    /// <summary>What the web port shows of itself at present, without its key: the certificate and its chain. Not there while that port is plain HTTP.</summary>
    public string ShownWebCertificate => Path.Combine(ServerFolder, "web.pem");

    /// <summary>The service URI, with the default filled in.</summary>
    public Uri EffectiveServiceUri => new(ServiceUri ?? $"https://127.0.0.1:{NetworkPort}");
}

/// <summary>All mistakes at once, each naming the setting.</summary>
internal sealed class NodeOptionsValidator : IValidateOptions<NodeOptions>
{
    public ValidateOptionsResult Validate(string? name, NodeOptions options)
    {
        var faults = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true);
        var sentences = faults.Select(fault => fault.ErrorMessage ?? "invalid setting").ToList();
        if (options.ServiceUri is { } uri && !IsServiceUri(uri))
        {
            sentences.Add($"ServiceUri (POOL_SERVICE_URI) is '{uri}': it must be https://host:port without a trailing slash.");
        }

        if (!System.Net.IPAddress.TryParse(options.NetworkAddress, out _))
        {
            sentences.Add($"NetworkAddress (POOL_NETWORK_ADDRESS) is '{options.NetworkAddress}': it must be an IP address.");
        }

        if (!System.Net.IPAddress.TryParse(options.WebAddress, out _))
        {
            sentences.Add($"WebAddress (POOL_WEB_ADDRESS) is '{options.WebAddress}': it must be an IP address.");
        }

        if (string.IsNullOrEmpty(options.WebCertificate) && !string.IsNullOrEmpty(options.WebCertificateKey))
        {
            sentences.Add("WebCertificateKey (POOL_WEB_CERTIFICATE_KEY) is set and WebCertificate (POOL_WEB_CERTIFICATE) is not: a key alone makes no HTTPS.");
        }

        return sentences.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(sentences);
    }

    private static bool IsServiceUri(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && !text.EndsWith('/') && uri.AbsolutePath == "/";
}
