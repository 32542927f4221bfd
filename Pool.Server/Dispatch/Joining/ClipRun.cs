using Pool.Server.Segments;
using Pool.Server.Verification;
using Pool.Server.Workers;
using Pool.Shared.Contracts;

namespace Pool.Server.Dispatch.Joining;

/// <summary>
/// One worker does the pool's clip, over the same way as a segment of a stream: slot, assignment, bytes, count and what is learned of it. What it made is thrown
/// away then: nothing is settled, and nobody gets a receipt.
/// </summary>
internal sealed partial class ClipRun(DispatchParts parts, Spool spool, ILogger<ClipRun> logger)
{
    /// <summary>
    /// How long the clip may take: five times what it plays, so that no slot is held for long. A worker that is slower has no stream to keep up with; it is known to
    /// be at least as slow as this.
    /// </summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private static readonly OutcomeVerdict s_shown = new(
        true, "the pool's own clip: it shows how many segments at once this worker sustains, and nobody pays for it");

    /// <summary>Gives the clip to a worker and waits for its end.</summary>
    /// <param name="slot">The worker's slot; this run's from now on.</param>
    /// <param name="stopping">The server ends: the worker is told, and nothing is learned.</param>
    public async Task RunAsync(WorkerSlot slot, CancellationToken stopping)
    {
        SpoolFile source;
        try
        {
            source = await SpoolAsync(stopping);
        }
        catch (IOException failure)
        {
            LogNotSpooled(slot.Worker.Identity.NodeKey.ToString(), failure.Message);
            parts.Workers.GiveBack(slot);
            return;
        }

        try
        {
            await TryAsync(slot, source, stopping);
        }
        finally
        {
            spool.Delete(source);
        }
    }

    private async Task<SpoolFile> SpoolAsync(CancellationToken stopping)
    {
        await using var file = spool.CreateSegment(PoolClip.Bytes.Length);
        await file.WriteAsync(PoolClip.Bytes, stopping);
        return await file.CompleteAsync();
    }

    private async Task TryAsync(WorkerSlot slot, SpoolFile source, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(Deadline, parts.Time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        var work = PoolClip.Work(source, parts.Time) with { Facts = SourceFacts.ReadAsync(source, until.Token) };
        using var attempt = Attempt.Begin(parts, slot, work, new SegmentRace(), Deadline, until.Token);
        var result = await attempt.Assignment.End;
        if (!stopping.IsCancellationRequested)
        {
            Learn(attempt, result);
        }

        if (result is AttemptResult.Good good)
        {
            parts.Book.Discard(good.Renditions);
            attempt.Assignment.Conclude(s_shown);
        }
    }

    private void Learn(Attempt attempt, AttemptResult result)
    {
        var (now, record, nodeKey) = (parts.Time.GetUtcNow(), attempt.Worker.Record, attempt.Worker.Identity.NodeKey.ToString());
        attempt.Learn(result);
        switch (result)
        {
            case AttemptResult.Good when record.Figures.RealTimeRatio is null:
                LogFailed(nodeKey, "its connection was lost meanwhile", attempt.Worker.Capacity);
                break;
            case AttemptResult.Good:
                LogMeasured(nodeKey, (now - attempt.Assignment.AssignedAt) / PoolClip.Duration, attempt.Worker.Capacity);
                break;
            case AttemptResult.BadInput bad:
                record.Failed(now);   // in a stream it would be the segment's fault
                LogFailed(nodeKey, $"it takes it for bad: {bad.Word}", attempt.Worker.Capacity);
                break;
            case AttemptResult.Failed failed:
                LogFailed(nodeKey, failed.Reason, attempt.Worker.Capacity);
                break;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {NodeKey} does the pool's clip in {Ratio:0.00} of its duration; segments at once to begin with: {Capacity}")]
    private partial void LogMeasured(string nodeKey, double ratio, int capacity);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Worker {NodeKey} is not measured by the pool's clip, {Reason}; segments at once to begin with: {Capacity}")]
    private partial void LogFailed(string nodeKey, string reason, int capacity);

    [LoggerMessage(Level = LogLevel.Error, Message = "Worker {NodeKey} is not measured by the pool's clip, the spool does not take it: {Fault}")]
    private partial void LogNotSpooled(string nodeKey, string fault);
}
