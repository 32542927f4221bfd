namespace Pool.Gateway.Network;

/// <summary>The stock gateway's patience (protocol §1.4). Nothing here is a setting: a slow pool must not be hidden.</summary>
public static class GatewayTimeouts
{
    /// <summary>TCP, TLS and gRPC connect (GRPCConnectTimeout).</summary>
    public static readonly TimeSpan Connect = TimeSpan.FromSeconds(3);

    /// <summary>Hard cut-off of discovery.</summary>
    public static readonly TimeSpan Discovery = TimeSpan.FromSeconds(6);

    /// <summary>Download of one rendition, from connect to the last byte (core/os.go).</summary>
    public static readonly TimeSpan Download = TimeSpan.FromSeconds(4);

    /// <summary>A token with less than this left is refreshed before the next segment.</summary>
    public static readonly TimeSpan TokenRefresh = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan s_minHeaders = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_minWhole = TimeSpan.FromSeconds(8);

    /// <summary>Response headers of /segment, from the start of the request (MinSegmentUploadTimeout, SegUploadTimeoutMultiplier).</summary>
    public static TimeSpan Headers(TimeSpan duration) => duration / 2 > s_minHeaders ? duration / 2 : s_minHeaders;

    /// <summary>The whole /segment call (HTTPTimeout, SegHttpPushTimeoutMultiplier).</summary>
    public static TimeSpan Whole(TimeSpan duration) => duration * 4 > s_minWhole ? duration * 4 : s_minWhole;
}
