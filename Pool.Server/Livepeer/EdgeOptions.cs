using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pool.Server.Livepeer;

/// <summary>What strangers may have of us at once. Limits of one address count a whole /64 of IPv6 as one.</summary>
public sealed class EdgeOptions
{
    public const string Section = "Edge";

    /// <summary>Connections to the network port at once; one more is closed before TLS. Default: 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>Connections of one address at once. Default: 1,000; a gateway opens one for each call and each download that runs.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnectionsPerAddress { get; set; } = 1_000;

    /// <summary>Requests of one address at once; one more is answered with 503. Default: 1,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxRequestsPerAddress { get; set; } = 1_000;

    /// <summary>
    /// Requests of one address in a second; who was quiet for two seconds may send twice as many at once. One more is answered with 429. Default:
    /// 2,000. A gateway with 100 streams of 2 s segments and 8 renditions each makes 450 (a segment and its downloads, for each stream every 2 s) and a few calls.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxRequestsPerSecondPerAddress { get; set; } = 2_000;

    /// <summary>Bytes of segments that one address may have with us at once, from their first byte to their answer. Default: 2 GiB.</summary>
    [Range(1L << 20, 1L << 50)]
    public long MaxSegmentBytesPerAddress { get; set; } = 2L << 30;

    /// <summary>The same for one session. Default: 600,000,000, two of the network's largest segments.</summary>
    [Range(1L << 20, 1L << 50)]
    public long MaxSegmentBytesPerSession { get; set; } = 600_000_000;

    /// <summary>
    /// A segment must have come in within this time, or within four times its duration when that is longer: by then the gateway has given up
    /// (protocol §1.4). Default: 30 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan ReceiveTime { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class EdgeOptionsValidator : IValidateOptions<EdgeOptions>;
