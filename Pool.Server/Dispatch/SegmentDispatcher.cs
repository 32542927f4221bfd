using Pool.Server.Settlement;
using Pool.Server.Workers;
using Pool.Shared.Contracts;
using Pool.Shared.Ids;
using Pool.Shared.Livepeer;
using Pool.Shared.Media;
using Microsoft.Extensions.Options;

namespace Pool.Server.Dispatch;

/// <summary>
/// Gets a segment transcoded: chooses a worker, waits for its result, goes to another one when it fails, settles, and only then
/// answers. The gateway sees one good answer or one error, never how many workers it took.
/// </summary>
public sealed partial class SegmentDispatcher
{
    /// <summary>The books may be away for this long, even when the gateway's patience is over already.</summary>
    private static readonly TimeSpan s_leastSettlePatience = TimeSpan.FromSeconds(1);

    private readonly WorkerRegistry _workers;
    private readonly WorkerChoice _choice;
    private readonly AssignmentBook _book;
    private readonly ISettlement _settlement;
    private readonly DispatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SegmentDispatcher> _logger;

    internal SegmentDispatcher(
        WorkerRegistry workers, WorkerChoice choice, AssignmentBook book, ISettlement settlement,
        IOptions<DispatchOptions> options, TimeProvider time, ILogger<SegmentDispatcher> logger)
    {
        (_workers, _choice, _book, _settlement, _options, _time, _logger) = (workers, choice, book, settlement, options.Value, time, logger);
    }

    /// <summary>The worker that has this session now, for people to see.</summary>
    public WorkerId? WorkerOf(string sessionId) => _choice.WorkerOf(sessionId);

    /// <summary>A session ended: its worker is free for others.</summary>
    public void EndSession(string sessionId) => _choice.Forget(sessionId);

    /// <summary>
    /// Transcodes and settles one segment. Never throws for what a worker or the database did. A gateway that hangs up ends the work,
    /// not its settling: what a worker has done by then is in the books.
    /// </summary>
    public async Task<SegmentResult> TranscodeAsync(SegmentWork work, CancellationToken cancellationToken)
    {
        var (result, contributions) = await AttemptAllAsync(work, cancellationToken);
        try
        {
            var left = Remaining(work);
            await _settlement.SettleAsync(Record(work, result, contributions), left > s_leastSettlePatience ? left : s_leastSettlePatience);
            return result;
        }
        catch (SettlementException failure)
        {
            LogNotSettled(failure, work.Id);
            if (result is SegmentResult.Transcoded withheld)
            {
                _book.Discard(withheld.Renditions);
            }

            return new SegmentResult.Failed(PoolFault.NotSettled, "the result could not be written down");
        }
    }

    private async Task<(SegmentResult Result, IReadOnlyList<SettledContribution> Contributions)> AttemptAllAsync(
        SegmentWork work, CancellationToken cancellationToken)
    {
        if (work.Source.Length == 0)
        {
            return (new SegmentResult.BadInput(InputFault.InvalidVideo), []);
        }

        using var deadline = new CancellationTokenSource(Remaining(work), _time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var tried = new HashSet<WorkerId>();
        AttemptResult.BadInput? blamed = null;
        for (var attempt = 0; attempt < _options.MaxAttempts; attempt++)
        {
            if (!_choice.AnyCapable(work, tried) && tried.Count > 0)
            {
                break;
            }

            if (await TakeWorkerAsync(work, tried, until.Token) is not { } worker)
            {
                break;
            }

            tried.Add(worker.Identity.Id);
            var (assignment, result) = await AttemptAsync(work, worker, AttemptLimit(work, tried), until.Token);
            switch (result)
            {
                case AttemptResult.Good good:
                    return (new SegmentResult.Transcoded(good.Renditions), [Contribution(assignment, good)]);
                case AttemptResult.BadInput when blamed is not null:
                    return (new SegmentResult.BadInput(blamed.Word), []);
                case AttemptResult.BadInput bad:
                    // One worker's word is not enough to blame the stream, if another can be asked.
                    blamed = bad;
                    break;
                case AttemptResult.Failed failed:
                    LogAttemptFailed(work.Id, worker.Identity.NodeKey.ToString(), failed.Reason);
                    break;
            }
        }

        return (blamed is null ? Failure(work, tried) : new SegmentResult.BadInput(blamed.Word), []);
    }

    private SegmentResult.Failed Failure(SegmentWork work, HashSet<WorkerId> tried)
    {
        var fault = tried.Count > 0 ? PoolFault.WorkersFailed
            : _choice.AnyCapable(work, tried) ? PoolFault.NoFreeWorker
            : PoolFault.NoCapableWorker;
        LogFailed(work.Id, fault, tried.Count);
        return new SegmentResult.Failed(fault, $"{tried.Count} workers tried");
    }

    /// <summary>Waits for a worker with a free slot, until the deadline. The bell is taken before looking, so no change is missed.</summary>
    private async Task<ConnectedWorker?> TakeWorkerAsync(SegmentWork work, HashSet<WorkerId> tried, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            var change = _workers.NextChange();
            if (_choice.TryTake(work, tried) is { } worker)
            {
                return worker;
            }

            await change.WaitAsync(until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    private async Task<(LiveAssignment Assignment, AttemptResult Result)> AttemptAsync(
        SegmentWork work, ConnectedWorker worker, TimeSpan limit, CancellationToken until)
    {
        var assignment = _book.Open(work, worker);
        using var gone = worker.Gone.UnsafeRegister(_ => Fail(assignment, "its connection was lost"), null);
        try
        {
            using var accept = new CancellationTokenSource(_options.AcceptTimeout, _time);
            using var lateAccept = accept.Token.UnsafeRegister(_ => FailUnlessFetched(assignment), null);
            using var attemptEnd = new CancellationTokenSource(limit, _time);
            using var lateAnswer = attemptEnd.Token.UnsafeRegister(_ => Fail(assignment, "it took too long"), null);
            using var tooLate = until.UnsafeRegister(_ => Fail(assignment, "the deadline passed"), null);

            // The times run while the message waits: a worker that does not read its socket holds nothing longer than a silent one.
            await Task.WhenAny(worker.Client.Assign(Message(assignment)), assignment.End);
            var result = await assignment.End;
            if (result is AttemptResult.Failed)
            {
                _ = TellAsync(worker, assignment);
            }

            return (assignment, result);
        }
        finally
        {
            Fail(assignment, "the pool gave it up");
            _book.Close(assignment);
            worker.GiveSlotBack();
            _workers.RingForFreeSlot();
        }
    }

    /// <summary>A worker that lost an assignment is told to stop; if it cannot be told, its bytes are refused anyway. Nobody waits for it.</summary>
    private static async Task TellAsync(ConnectedWorker worker, LiveAssignment assignment)
    {
        if (worker.Gone.IsCancellationRequested)
        {
            return;
        }

        await worker.Client.Cancel(assignment.Id.Value, "the assignment is over").ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static void FailUnlessFetched(LiveAssignment assignment)
    {
        if (!assignment.Fetched.IsCompleted)
        {
            Fail(assignment, "it did not fetch the segment in time");
        }
    }

    private static void Fail(LiveAssignment assignment, string reason) =>
        assignment.Finish(new AttemptResult.Failed(reason), new OutcomeVerdict(false, $"The assignment had ended: {reason}."));

    /// <summary>What is left of the gateway's patience.</summary>
    private TimeSpan Remaining(SegmentWork work)
    {
        var left = work.ReceivedAt + NetworkDeadlines.ForAnswer(work.DurationMilliseconds) - _time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>One attempt may use all the time that is left if nobody else could try, half of it otherwise.</summary>
    private TimeSpan AttemptLimit(SegmentWork work, HashSet<WorkerId> tried) =>
        _choice.AnyCapable(work, tried) ? Remaining(work) / 2 : Remaining(work);

    private Assignment Message(LiveAssignment assignment)
    {
        var work = assignment.Work;
        return new Assignment(
            assignment.Id.Value, assignment.Token, work.SessionId, work.Source.Length, work.DurationMilliseconds,
            work.Profiles, work.Clip, work.ForceReinit, (int)Remaining(work).TotalMilliseconds)
        {
            IsSignatureWanted = work.IsSignatureWanted && assignment.Worker.Identity.Capabilities.Contains(Capability.Mpeg7Signature),
        };
    }

    private SettledContribution Contribution(LiveAssignment assignment, AttemptResult.Good good)
    {
        var worker = assignment.Worker;
        var finishedAt = _time.GetUtcNow();
        worker.RecordSpeed(good.Renditions.Sum(rendition => rendition.Count.Pixels), finishedAt - assignment.AssignedAt);
        return new SettledContribution(
            assignment.Id, worker.Identity.Id, worker.Identity.Payee, ContributionRole.Primary,
            [.. good.Renditions.Select(Settled)], assignment.AssignedAt, finishedAt);
    }

    private static SettledRendition Settled(Rendition rendition) => new(
        rendition.Profile.Name, rendition.Count.Width, rendition.Count.Height, rendition.Count.Frames, rendition.Count.Pixels,
        rendition.File.Length, Convert.ToHexStringLower(rendition.Hash));

    private static SettleRecord Record(SegmentWork work, SegmentResult result, IReadOnlyList<SettledContribution> contributions)
    {
        var (outcome, detail) = result switch
        {
            SegmentResult.Transcoded => (SegmentOutcome.Transcoded, ""),
            SegmentResult.BadInput bad => (SegmentOutcome.BadInput, bad.Word),
            SegmentResult.Failed failed => (SegmentOutcome.Failed, $"{failed.Fault}: {failed.Detail}"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return new SettleRecord(
            work.Id, work.ReceivedAt, work.SessionId, work.Gateway, work.ManifestId, work.Sequence, work.DurationMilliseconds,
            work.Source.Length, work.SourceHash, outcome, detail, contributions);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Segment {Segment} goes to another worker: {NodeKey} failed, {Reason}")]
    private partial void LogAttemptFailed(SegmentId segment, string nodeKey, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Segment {Segment} failed: {Fault} after {Tried} workers")]
    private partial void LogFailed(SegmentId segment, PoolFault fault, int tried);

    [LoggerMessage(Level = LogLevel.Error, Message = "Segment {Segment} was transcoded but could not be settled, so its result is withheld")]
    private partial void LogNotSettled(Exception failure, SegmentId segment);
}
