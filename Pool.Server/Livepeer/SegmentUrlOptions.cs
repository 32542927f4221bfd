using System.Net;
using Microsoft.Extensions.Options;

namespace Pool.Server.Livepeer;

/// <summary>Segments that come as an address to download from (protocol §4.5).</summary>
public sealed class SegmentUrlOptions
{
    public const string Section = "SegmentUrls";

    /// <summary>Whether we download at all. Default: no, because then strangers choose whom this server connects to.</summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// Networks, as <c>10.1.0.0/16</c>, that may be downloaded from although they are not public: an object store of the operator's own.
    /// Default: none.
    /// </summary>
    public IList<string> PrivateNetworks { get; } = [];
}

internal sealed class SegmentUrlOptionsValidator : IValidateOptions<SegmentUrlOptions>
{
    public ValidateOptionsResult Validate(string? name, SegmentUrlOptions options)
    {
        var wrong = options.PrivateNetworks.Where(network => !IPNetwork.TryParse(network, out _)).ToList();
        return wrong.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(wrong.Select(network => $"SegmentUrls:PrivateNetworks has '{network}': it must be a network such as 10.1.0.0/16."));
    }
}
