using Pool.Server.Livepeer;
using Pool.Server.Workers;

namespace Pool.Server.Hosting;

/// <summary>How many connections a port has at once, at the most.</summary>
/// <param name="Port">The port's name in the log.</param>
/// <param name="InAll">Of everybody together.</param>
/// <param name="InAllSetting">The setting that says so.</param>
/// <param name="PerAddress">Of one address.</param>
/// <param name="PerAddressSetting">The setting that says so.</param>
/// <param name="IsProxyTrusted">This machine's own addresses count in all only: an operator's proxy there has the connections of everybody.</param>
internal sealed record ConnectionBounds(string Port, long InAll, string InAllSetting, long PerAddress, string PerAddressSetting, bool IsProxyTrusted)
{
    /// <summary>What gateways reach.</summary>
    public static ConnectionBounds Network(EdgeOptions options) => new(
        "network",
        options.MaxConnections, $"{EdgeOptions.Section}:{nameof(options.MaxConnections)}",
        options.MaxConnectionsPerAddress, $"{EdgeOptions.Section}:{nameof(options.MaxConnectionsPerAddress)}",
        IsProxyTrusted: false);

    /// <summary>What workers and operators reach.</summary>
    public static ConnectionBounds Web(WorkersOptions options) => new(
        "web",
        options.MaxPortConnections, $"{WorkersOptions.Section}:{nameof(options.MaxPortConnections)}",
        options.MaxPortConnectionsPerAddress, $"{WorkersOptions.Section}:{nameof(options.MaxPortConnectionsPerAddress)}",
        IsProxyTrusted: true);
}
