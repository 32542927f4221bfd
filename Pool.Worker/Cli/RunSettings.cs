using Pool.Shared.Ethereum;
using Pool.Worker.Connection;

namespace Pool.Worker.Cli;

/// <summary>What <c>pool-worker run</c> was asked to do.</summary>
/// <param name="Pool">Where the pool is.</param>
/// <param name="Payout">Address that is paid.</param>
/// <param name="Home">Folder of the node key.</param>
/// <param name="Device">The device that transcodes.</param>
/// <param name="Sessions">Segments at once that the worker wishes to take.</param>
/// <param name="Verbose">Write debug logs to standard error.</param>
internal sealed record RunSettings(PoolAddress Pool, Address Payout, string Home, string Device, int Sessions, bool Verbose);
