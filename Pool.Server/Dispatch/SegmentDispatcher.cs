using Pool.Server.Node;
using Pool.Server.Settlement;
using Pool.Server.Verification;
using Pool.Shared.Contracts;
using Pool.Shared.Ids;

namespace Pool.Server.Dispatch;

/// <summary>
/// Gets a segment transcoded, settles it, and only then answers. The gateway sees one good answer or one error, never how many
/// workers it took.
/// </summary>
public sealed partial class SegmentDispatcher
{
    private readonly DispatchParts _parts;
    private readonly ISettlement _settlement;
    private readonly ILogger<SegmentDispatcher> _logger;
    private readonly LogThrottle _log;

    internal SegmentDispatcher(DispatchParts parts, ISettlement settlement, ILogger<SegmentDispatcher> logger) =>
        (_parts, _settlement, _logger, _log) = (parts, settlement, logger, new LogThrottle(parts.Time));

    /// <summary>The worker that has this session now, for people to see.</summary>
    public WorkerId? WorkerOf(string sessionId) => _parts.Choice.WorkerOf(sessionId);

    /// <summary>Segments that wait for a worker with a free slot.</summary>
    public int Waiting => _parts.Line.Count;

    /// <summary>A session ended: its worker is free for others.</summary>
    public void EndSession(string sessionId) => _parts.Choice.Forget(sessionId);

    /// <summary>Whether what a new session brings can be settled.</summary>
    public bool TakesNewSessions => _settlement.TakesNewSessions;

    /// <summary>
    /// Transcodes and settles one segment. Never throws for what a worker or the disk did. A gateway that hangs up ends the work,
    /// not its settling: what a worker has done by then is in the books. Workers hear that their work was accepted when it is.
    /// </summary>
    public async Task<SegmentResult> TranscodeAsync(SegmentWork work, CancellationToken cancellationToken)
    {
        var begun = new List<LiveAssignment>();
        var booked = new HashSet<AssignmentId>();
        try
        {
            var (result, contributions) = await RunAsync(work, begun, cancellationToken);
            if (await SettleAsync(work, result, contributions) is not { } settledAt)
            {
                return Withhold(result);
            }

            booked.UnionWith(contributions.Select(contribution => contribution.Assignment));
            foreach (var contribution in contributions)
            {
                var worker = begun.Find(assignment => assignment.Id == contribution.Assignment)!.Identity;   // it was begun before it was done
                _parts.Receipts.Send(worker.Id, SettleRecords.Receipt(work, worker, contribution, _parts.Receipts.Pool, settledAt));
            }

            return result;
        }
        finally
        {
            begun.ForEach(assignment => assignment.Conclude(booked.Contains(assignment.Id)));
        }
    }

    /// <summary>What is left of the gateway's patience (protocol §1.4).</summary>
    internal static TimeSpan Remaining(SegmentWork work, TimeProvider time)
    {
        var left = work.ReceivedAt + NetworkDeadlines.ForAnswer(work.DurationMilliseconds) - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>When the segment's record became durable; null when it did not.</summary>
    private async Task<DateTimeOffset?> SettleAsync(SegmentWork work, SegmentResult result, IReadOnlyList<SettledContribution> contributions)
    {
        try
        {
            return await _settlement.SettleAsync(SettleRecords.Record(work, result, contributions));
        }
        catch (SettlementException failure)
        {
            if (_log.TryPass(out var withheld))
            {
                LogNotSettled(failure.Message, withheld);
            }

            return null;
        }
    }

    private SegmentResult.Failed Withhold(SegmentResult result)
    {
        if (result is SegmentResult.Transcoded transcoded)
        {
            _parts.Book.Discard(transcoded.Renditions);
        }

        return new SegmentResult.Failed(PoolFault.NotSettled, "the result could not be written down");
    }

    private async Task<(SegmentResult Result, IReadOnlyList<SettledContribution> Contributions)> RunAsync(
        SegmentWork work, ICollection<LiveAssignment> begun, CancellationToken cancellationToken)
    {
        if (work.Source.Length == 0)
        {
            return (new SegmentResult.BadInput(InputFault.InvalidVideo), []);
        }

        using var deadline = new CancellationTokenSource(Remaining(work, _parts.Time), _parts.Time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var run = new SegmentRun(work with { Facts = SourceFacts.ReadAsync(work.Source, until.Token) }, _parts, begun, _logger, until.Token);
        return await run.RunAsync();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Fault} Its result is withheld ({Withheld} like messages were not written)")]
    private partial void LogNotSettled(string fault, long withheld);
}
