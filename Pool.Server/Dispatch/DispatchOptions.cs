using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pool.Server.Dispatch;

/// <summary>How long and how often the pool tries before a gateway is told that it could not.</summary>
public sealed class DispatchOptions
{
    public const string Section = "Dispatch";

    /// <summary>Workers that get the same segment, one after the other, at the most. Default: 3.</summary>
    [Range(1, 10)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>A worker that has not begun to fetch the segment within this time loses it. Default: 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan AcceptTimeout { get; set; } = TimeSpan.FromSeconds(2);

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
