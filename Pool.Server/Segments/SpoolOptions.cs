using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pool.Server.Segments;

/// <summary>Limits of the spool: where segment and rendition bytes lie between receiving and serving.</summary>
public sealed class SpoolOptions
{
    public const string Section = "Spool";

    /// <summary>
    /// Bytes that may lie in the spool. Reached: the oldest renditions go, and if that makes no room, new bytes are refused; running
    /// downloads go on. Default: 8 GiB.
    /// </summary>
    [Range(1L << 20, 1L << 50)]
    public long MaxBytes { get; set; } = 8L << 30;

    /// <summary>The server does not start, and takes no bytes, with less free space than this on the spool's disk. Default: 256 MiB.</summary>
    [Range(0, 1L << 50)]
    public long MinFreeBytes { get; set; } = 256L << 20;

    /// <summary>A rendition older than this is deleted, whatever its session does. Default: 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:30", "1.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A rendition younger than this is not deleted to make room: a gateway may be fetching it. Default: 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan KeepAtLeast { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the renditions of a closed session are still served: the gateway may be downloading its last ones. Default: 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(1);
}

[OptionsValidator]
internal sealed partial class SpoolOptionsValidator : IValidateOptions<SpoolOptions>;
