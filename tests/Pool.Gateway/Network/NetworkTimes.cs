namespace Pool.Gateway.Network;

/// <summary>
/// The time-outs and limits of a stock gateway. They are the network's, not ours: an orchestrator that needs more is too slow for the
/// network, so nothing may stretch them.
/// </summary>
public static class NetworkTimes
{
    /// <summary>Connecting for a gRPC call, TLS included (protocol §1.4, GRPCConnectTimeout).</summary>
    public static readonly TimeSpan GrpcConnect = TimeSpan.FromSeconds(3);

    /// <summary>How long discovery waits for all orchestrators when some have answered (protocol §1.4, -discoveryTimeout).</summary>
    public static readonly TimeSpan DiscoveryWait = TimeSpan.FromMilliseconds(500);

    /// <summary>Hard cut-off of discovery (protocol §1.4, discovery.go).</summary>
    public static readonly TimeSpan Discovery = TimeSpan.FromSeconds(6);

    /// <summary>Refreshing a session (protocol §1.4, refreshTimeout).</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(2500);

    /// <summary>Connecting for a segment (protocol §1.4, HTTPDialTimeout).</summary>
    public static readonly TimeSpan SegmentDial = TimeSpan.FromSeconds(2);

    /// <summary>A whole download of a rendition: connecting, headers and body (protocol §1.4, core/os.go).</summary>
    public static readonly TimeSpan Download = TimeSpan.FromSeconds(4);

    /// <summary>A session whose token ends sooner than this is refreshed before it is used (protocol §1.4, §8.3).</summary>
    public static readonly TimeSpan TokenMargin = TimeSpan.FromMinutes(3);

    /// <summary>Attempts a segment gets (protocol §4.11, -maxAttempts).</summary>
    public const int MaxAttempts = 3;

    /// <summary>Redirects a download follows, as Go's client does (protocol §4.9).</summary>
    public const int MaxRedirects = 10;

    /// <summary>Shortest wait for the headers of a segment's answer (protocol §1.4, MinSegmentUploadTimeout).</summary>
    private static readonly TimeSpan s_minHeaders = TimeSpan.FromSeconds(2);

    /// <summary>Shortest wait for a segment's whole answer (protocol §1.4, HTTPTimeout).</summary>
    private static readonly TimeSpan s_minCall = TimeSpan.FromSeconds(8);

    /// <summary>Share of a segment's duration within which headers must come (protocol §1.4, SegUploadTimeoutMultiplier).</summary>
    private const double HeadersPerDuration = 0.5;

    /// <summary>Multiple of a segment's duration within which the whole answer must come (protocol §1.4, SegHttpPushTimeoutMultiplier).</summary>
    private const double CallPerDuration = 4;

    /// <summary>From the start of the request, dialling and upload included, to the answer's headers.</summary>
    public static TimeSpan SegmentHeaders(TimeSpan duration) => Longer(s_minHeaders, duration * HeadersPerDuration);

    /// <summary>From the start of the request to the last byte of the answer.</summary>
    public static TimeSpan SegmentCall(TimeSpan duration) => Longer(s_minCall, duration * CallPerDuration);

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
