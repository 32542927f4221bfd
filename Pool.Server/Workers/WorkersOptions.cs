using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pool.Server.Workers;

/// <summary>Limits of the workers' link.</summary>
public sealed class WorkersOptions
{
    public const string Section = "Workers";

    /// <summary>Segments at once that one worker gets at the most, whatever it wishes and whatever was measured. Default: 16.</summary>
    [Range(1, 1024)]
    public int MaxCapacityPerWorker { get; set; } = 16;

    /// <summary>
    /// Segments at once that a worker gets before the pool has measured anything of it, if it wishes for as many. Default: 1; more would be a guess that a stream
    /// pays for.
    /// </summary>
    [Range(1, 1024)]
    public int StartCapacity { get; set; } = 1;

    /// <summary>Whether a worker of whose speed nothing is known does a short clip of the pool's own when it joins. Default: yes.</summary>
    public bool JoiningBenchmark { get; set; } = true;

    /// <summary>Connections to the hub at once. Default: 20,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>
    /// Connections to the web port at once, the hub's and all others; one more is closed before TLS. Default: 60,000; a worker has one to the hub and about one for
    /// each segment in work.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxPortConnections { get; set; } = 60_000;

    /// <summary>
    /// Connections of one address to the web port at once, a whole /64 of IPv6 counting as one and this machine's own addresses not at all. Default: 4,000: a
    /// thousand workers behind one router. A proxy on another machine needs more.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxPortConnectionsPerAddress { get; set; } = 4_000;
}

[OptionsValidator]
internal sealed partial class WorkersOptionsValidator : IValidateOptions<WorkersOptions>;
