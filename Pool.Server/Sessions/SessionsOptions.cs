using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pool.Server.Sessions;

/// <summary>Limits of the gateways' sessions.</summary>
public sealed class SessionsOptions
{
    public const string Section = "Sessions";

    /// <summary>
    /// Sessions at once at the most; the workers' capacity may allow fewer. Default: 1,000.
    /// </summary>
    [Range(1, 100_000)]
    public int MaxSessions { get; set; } = 1000;

    /// <summary>
    /// Sessions at once of one address, so that a stranger cannot take the places of all others. Default: 500, half of
    /// <see cref="MaxSessions"/>. A stream has one session, and for 70 seconds a second one when its token was renewed or an error made its
    /// gateway begin again: a gateway with 200 streams stays below it even if all of them do so at once. Raise it together with
    /// <see cref="MaxSessions"/> where one larger gateway has the pool for itself.
    /// </summary>
    [Range(1, 100_000)]
    public int MaxPerAddress { get; set; } = 500;

    /// <summary>
    /// Segments of one session that may be on their way in at once; one more is told at once that we are busy. Default: 16, three times
    /// what its queue holds.
    /// </summary>
    [Range(1, 1000)]
    public int MaxArriving { get; set; } = 16;

    /// <summary>A session without a segment for this long is over. Default: the network's 70 seconds (protocol §4.7).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Idle { get; set; } = TimeSpan.FromSeconds(70);
}

[OptionsValidator]
internal sealed partial class SessionsOptionsValidator : IValidateOptions<SessionsOptions>;
