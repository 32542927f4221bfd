using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Pool.Server.Workers;

namespace Pool.Server.Dispatch.Joining;

/// <summary>
/// Gives the pool's clip to workers that join and of whose speed nothing is known, so that no stream is the first to find out. While it waits for its turn, a worker
/// may get real work; one that has been measured by it, has it in hand, drains or is gone when its turn comes is left out.
/// </summary>
internal sealed class JoiningBenchmark(ClipRun run, WorkerRegistry workers, IOptions<WorkersOptions> options) : BackgroundService, IJoiningBenchmark
{
    /// <summary>Clips at once: a crowd that joins must not keep the server from its streams. The others wait in the order of coming.</summary>
    public const int MaxAtOnce = 16;

    /// <summary>Workers that wait; one more is measured by its real work. As many as may be connected by default.</summary>
    private const int MaxWaiting = 20_000;

    private readonly Channel<Candidate> _line = Channel.CreateBounded<Candidate>(MaxWaiting);
    private int _inLine;

    /// <param name="Worker">Who joined.</param>
    /// <param name="Slot">Its slot, when that was taken as it joined.</param>
    private sealed record Candidate(ConnectedWorker Worker, WorkerSlot? Slot);

    public void Offer(ConnectedWorker worker)
    {
        if (!options.Value.JoiningBenchmark || !IsWanted(worker))
        {
            return;
        }

        // Where it can begin at once, no stream is quicker.
        var isTurn = Interlocked.Increment(ref _inLine) <= MaxAtOnce;
        var slot = isTurn ? TakeSlot(worker) : null;
        if ((isTurn && slot is null) || !_line.Writer.TryWrite(new Candidate(worker, slot)))
        {
            Interlocked.Decrement(ref _inLine);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, MaxAtOnce).Select(_ => ServeAsync(stoppingToken)));

    private async Task ServeAsync(CancellationToken stoppingToken)
    {
        await foreach (var (worker, taken) in _line.Reader.ReadAllAsync(stoppingToken))
        {
            if ((taken ?? TakeSlot(worker)) is { } slot)
            {
                await run.RunAsync(slot, stoppingToken);
            }

            Interlocked.Decrement(ref _inLine);
        }
    }

    private static bool IsWanted(ConnectedWorker worker) =>
        worker.Record.Figures.RealTimeRatio is null && PoolClip.Needs.IsSubsetOf(worker.Identity.Capabilities);

    /// <summary>A slot for the clip; null when the worker is left out.</summary>
    private WorkerSlot? TakeSlot(ConnectedWorker worker)
    {
        var slot = IsWanted(worker) ? worker.TryTakeSlot() : null;
        if (slot is not { InFlight: > 1 })
        {
            return slot;
        }

        // It has real work in hand, which says more than a clip beside it.
        workers.GiveBack(slot);
        return null;
    }
}
