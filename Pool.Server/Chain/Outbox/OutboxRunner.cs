using Npgsql;
using Pool.Server.Chain.Rpc;
using Pool.Server.Data;

namespace Pool.Server.Chain.Outbox;

/// <summary>Runs passes for one account: when something is placed, and as often as the chain is looked at. Of several processes one does, the others stand by.</summary>
internal sealed class OutboxRunner(NpgsqlDataSource database, OutboxAccount sender, OutboxParts parts, TimeSpan pollInterval)
{
    /// <summary>Until it is tried again to take the account, or after a fault.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (await OutboxWriter.TryTakeAsync(database, sender, parts.Time, cancellationToken) is { } writer)
                {
                    await using (writer)
                    {
                        await RunAsync(writer, cancellationToken);
                    }
                }
            }
            catch (Exception fault) when (DatabaseRetry.IsAway(fault))
            {
                parts.Log.DatabaseAway(fault.Message);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Streams go on without the outbox: it stands still loudly instead of taking the server with it. Nothing is lost, all of it is in rows.
                parts.Log.PassFailed(failure);
            }

            await Task.Delay(s_pause, parts.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(OutboxWriter writer, CancellationToken cancellationToken)
    {
        var pass = new OutboxPass(parts, writer);
        while (true)
        {
            try
            {
                await pass.RunAsync(cancellationToken);
            }
            catch (RpcException away)
            {
                parts.Log.ChainAway(away.Message);
            }

            await writer.WaitAsync(pollInterval, cancellationToken);
        }
    }
}
