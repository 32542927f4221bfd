using Pool.Shared.Contracts;

namespace Pool.Server.Workers;

/// <summary>
/// Asks every worker that has segments in hand for a sign of life, once a <see cref="WorkerLink.ProbePeriod"/>. One that owes too many is
/// taken for lost, though its socket may look open for minutes yet, and its segments go elsewhere. It counts probes, not time: a
/// pool that was itself asleep blames nobody. Idle workers are not asked.
/// </summary>
internal sealed partial class LinkWatch(WorkerRegistry registry, JoinDeadlines connections, TimeProvider time, ILogger<LinkWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WorkerLink.ProbePeriod, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var worker in registry.Enumerate())
            {
                Look(worker);
            }
        }
    }

    private void Look(ConnectedWorker worker)
    {
        if (worker.InFlight == 0)
        {
            worker.MarkAlive();
        }
        else if (worker.TryProbe())
        {
            // Nobody waits for it: a connection that does not take the probe will not answer it either.
            _ = ProbeAsync(worker);
        }
        else
        {
            LogSilent(worker.Identity.NodeKey.ToString(), worker.InFlight);
            registry.Remove(worker);
            connections.Abort(worker.ConnectionId);
        }
    }

    private static async Task ProbeAsync(ConnectedWorker worker) =>
        await worker.Client.Probe().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Worker {NodeKey} gives no sign of life with {InFlight} segments in hand: its connection is given up")]
    private partial void LogSilent(string nodeKey, int inFlight);
}
