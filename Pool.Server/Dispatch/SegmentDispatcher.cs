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
    /// <summary>The books may be away for this long, even when the gateway's patience is over already.</summary>
    private static readonly TimeSpan s_leastSettlePatience = TimeSpan.FromSeconds(1);

    private readonly DispatchParts _parts;
    private readonly ISettlement _settlement;
    private readonly ILogger<SegmentDispatcher> _logger;

    internal SegmentDispatcher(DispatchParts parts, ISettlement settlement, ILogger<SegmentDispatcher> logger) =>
        (_parts, _settlement, _logger) = (parts, settlement, logger);

    /// <summary>The worker that has this session now, for people to see.</summary>
    public WorkerId? WorkerOf(string sessionId) => _parts.Choice.WorkerOf(sessionId);

    /// <summary>A session ended: its worker is free for others.</summary>
    public void EndSession(string sessionId) => _parts.Choice.Forget(sessionId);

    /// <summary>
    /// Transcodes and settles one segment. Never throws for what a worker or the database did. A gateway that hangs up ends the work,
    /// not its settling: what a worker has done by then is in the books.
    /// </summary>
    public async Task<SegmentResult> TranscodeAsync(SegmentWork work, CancellationToken cancellationToken)
    {
        var (result, contributions) = await RunAsync(work, cancellationToken);
        try
        {
            var left = Remaining(work, _parts.Time);
            await _settlement.SettleAsync(
                SettleRecords.Record(work, result, contributions), left > s_leastSettlePatience ? left : s_leastSettlePatience);
            return result;
        }
        catch (SettlementException failure)
        {
            LogNotSettled(failure, work.Id);
            if (result is SegmentResult.Transcoded withheld)
            {
                _parts.Book.Discard(withheld.Renditions);
            }

            return new SegmentResult.Failed(PoolFault.NotSettled, "the result could not be written down");
        }
    }

    /// <summary>What is left of the gateway's patience (protocol §1.4).</summary>
    internal static TimeSpan Remaining(SegmentWork work, TimeProvider time)
    {
        var left = work.ReceivedAt + NetworkDeadlines.ForAnswer(work.DurationMilliseconds) - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task<(SegmentResult Result, IReadOnlyList<SettledContribution> Contributions)> RunAsync(
        SegmentWork work, CancellationToken cancellationToken)
    {
        if (work.Source.Length == 0)
        {
            return (new SegmentResult.BadInput(InputFault.InvalidVideo), []);
        }

        using var deadline = new CancellationTokenSource(Remaining(work, _parts.Time), _parts.Time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var run = new SegmentRun(work with { Facts = SourceFacts.ReadAsync(work.Source, until.Token) }, _parts, _logger, until.Token);
        return await run.RunAsync();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Segment {Segment} was transcoded but could not be settled, so its result is withheld")]
    private partial void LogNotSettled(Exception failure, SegmentId segment);
}
