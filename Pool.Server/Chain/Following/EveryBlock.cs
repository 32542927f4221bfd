using Npgsql;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Rpc;

namespace Pool.Server.Chain.Following;

/// <summary>Does something with every new block, and now and then without one. A node or a database that is away delays it and ends nothing.</summary>
internal static class EveryBlock
{
    /// <summary>Repeats the work until it is cancelled.</summary>
    /// <param name="next">What to wait for after the work; taken before the work, so that nothing in between is missed.</param>
    /// <param name="glance">The longest time between two goes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="work">The work.</param>
    /// <param name="failed">Hears why it fails, once for each reason.</param>
    /// <param name="cancellationToken">The server ends.</param>
    /// <param name="recovered">Hears that it works again.</param>
    public static async Task DoAsync(
        Func<Task> next, TimeSpan glance, TimeProvider time, Func<CancellationToken, Task> work, Action<string> failed, CancellationToken cancellationToken,
        Action? recovered = null)
    {
        string? told = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            var change = next();
            string? fault = null;
            try
            {
                await work(cancellationToken);
            }
            catch (Exception failure) when (failure is RpcException or ContractException or NpgsqlException or TimeoutException or ChainReplacedException)
            {
                fault = failure.Message;
            }

            if (fault is null && told is not null)
            {
                recovered?.Invoke();
            }
            else if (fault is not null && fault != told)
            {
                failed(fault);
            }

            told = fault;
            await change.WaitAsync(glance, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
