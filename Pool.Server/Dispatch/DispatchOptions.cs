using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pool.Server.Dispatch;

/// <summary>How long and how often the pool tries before a gateway is told that it could not.</summary>
public sealed class DispatchOptions
{
    public const string Section = "Dispatch";

    /// <summary>Workers that get the same segment at the most, hedges among them; those that refuse it do not count. Default: 3.</summary>
    [Range(1, 10)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Beside a worker that has not begun to fetch the segment within this time another one is set at once. Default: 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan AcceptTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Hedges, that is second workers for a segment whose first one is late, for each segment. 0 is never. Default: 0.1.</summary>
    [Range(0.0, 1.0)]
    public double HedgeShare { get; set; } = 0.1;

    /// <summary>Segments that wait for a worker with a free slot; one more fails at once. Default: 1,000.</summary>
    [Range(1, 100_000)]
    public int MaxWaiting { get; set; } = 1000;

    /// <summary>Largest rendition a worker may upload, in bytes. Default: the network's 300,000,000 (protocol §1.4).</summary>
    [Range(1L << 10, 300_000_000)]
    public long MaxRenditionBytes { get; set; } = 300_000_000;
}

[OptionsValidator]
internal sealed partial class DispatchOptionsValidator : IValidateOptions<DispatchOptions>;

/// <summary>Times the network sets and we do not choose.</summary>
internal static class NetworkDeadlines
{
    /// <summary>A gateway waits max(8 s, 4 × duration) for the whole call (protocol §1.4, common.HTTPTimeout).</summary>
    private static readonly TimeSpan s_floor = TimeSpan.FromSeconds(8);

    private const int DurationMultiplier = 4;

    /// <summary>Kept back for settling, answering and the way to the gateway.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(0.5);

    /// <summary>Time from the arrival of a segment in which an answer is of any use.</summary>
    public static TimeSpan ForAnswer(int durationMilliseconds)
    {
        var whole = TimeSpan.FromMilliseconds(durationMilliseconds) * DurationMultiplier;
        return (whole > s_floor ? whole : s_floor) - s_margin;
    }
}
