using Pool.Server.Dispatch.Policies;
using Pool.Server.Settlement;
using Pool.Server.Workers;
using Pool.Shared.Contracts;
using Pool.Shared.Ids;

namespace Pool.Server.Dispatch;

/// <summary>
/// One segment's way through the pool. A worker that fails is replaced at once; beside one that is merely late a second one is set, and
/// the first good result wins. Runs as one loop: nothing in it is shared.
/// </summary>
internal sealed partial class SegmentRun(SegmentWork work, DispatchParts parts, ICollection<LiveAssignment> begun, ILogger logger, CancellationToken until) : IDisposable
{
    /// <summary>Workers that may refuse a segment; each may only once.</summary>
    private const int MaxRefusals = 10;

    /// <summary>A second worker that was not to be had is looked for again after this time.</summary>
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(250);

    private readonly SegmentRace _race = new();
    private readonly RunningAttempts _running = new();
    private readonly HashSet<WorkerId> _barred = [];
    private readonly PoisonWitnesses _poison = new();
    private readonly List<SettledContribution> _hedges = [];
    private AttemptResult.BadInput? _blamed;
    private DateTimeOffset _hedgeAt;
    private PlaceInLine? _place;
    private bool _isTurnedAway;
    private int _attempts;
    private int _refusals;
    private bool _anyLost;

    private TimeSpan Duration => TimeSpan.FromMilliseconds(work.DurationMilliseconds);

    /// <summary>Brings the segment to its end: with its result and what is to be booked, primary first. Never throws for what a worker did.</summary>
    public async Task<(SegmentResult Result, IReadOnlyList<SettledContribution> Contributions)> RunAsync()
    {
        parts.Budget.Earn();
        while (true)
        {
            if (_running.IsEmpty && !await TryStartAsync())
            {
                return (Failure(), []);
            }

            if (await NextEndAsync() is not { } ended)
            {
                await SetBesideAsync();
                continue;
            }

            GiveBack(await LeaveLineAsync());
            _running.Remove(ended);
            using (ended)
            {
                var result = await ended.Assignment.End;
                ended.Learn(result);
                if (result is AttemptResult.Good good)
                {
                    return Won(ended, good);
                }

                if (Take(ended, result) is { } end)
                {
                    return (end, []);
                }
            }
        }
    }

    public void Dispose() => _running.Dispose();

    /// <summary>What an attempt that is not the segment's result means for it: its end, or null to go on.</summary>
    private SegmentResult.BadInput? Take(Attempt ended, AttemptResult result)
    {
        switch (result)
        {
            case AttemptResult.Second second:
                _hedges.Add(SettleRecords.Contribution(ended.Assignment, second.Renditions, ContributionRole.Hedge, parts.Time.GetUtcNow()));
                break;
            case AttemptResult.BadInput when _blamed is not null:
                return new SegmentResult.BadInput(_blamed.Word);
            case AttemptResult.BadInput bad:
                // One worker's word is not enough to blame the stream, if another can be asked.
                _blamed = bad;
                _barred.Add(ended.Worker.Identity.Id);
                _poison.Hear(ended.Worker.Identity.Id, ended.FailuresBefore);
                break;
            case AttemptResult.Failed failed:
                Failed(ended, failed);
                break;
        }

        // Whoever still has the segment gets its own time before the next one is set beside it.
        _hedgeAt = _running.IsEmpty ? _hedgeAt : HedgeTimeOf(_running.First);
        return null;
    }

    private void Failed(Attempt ended, AttemptResult.Failed failed)
    {
        var worker = ended.Worker.Identity;
        if (failed.Fault.Bars())
        {
            _barred.Add(worker.Id);
        }

        if (failed.Fault == AttemptFault.TranscoderFailed)
        {
            _poison.Hear(worker.Id, ended.FailuresBefore);
        }

        _anyLost |= failed.Fault == AttemptFault.Lost;
        if (failed.Fault == AttemptFault.Refused)
        {
            _refusals++;
            _attempts--;
        }

        LogAttemptFailed(work.Id, worker.NodeKey.ToString(), failed.Reason);
    }

    private (SegmentResult Result, IReadOnlyList<SettledContribution> Contributions) Won(Attempt winner, AttemptResult.Good good)
    {
        var now = parts.Time.GetUtcNow();
        foreach (var loser in _running.All)
        {
            loser.Assignment.Supersede();
            if (loser.Assignment.Result is { } result)
            {
                loser.Learn(result);
                if (result is AttemptResult.Second second)
                {
                    _hedges.Add(SettleRecords.Contribution(loser.Assignment, second.Renditions, ContributionRole.Hedge, now));
                }
            }
        }

        parts.Choice.Move(work.SessionId, winner.Worker.Identity.Id);
        var primary = SettleRecords.Contribution(winner.Assignment, good.Renditions, ContributionRole.Primary, now);
        return (new SegmentResult.Transcoded(good.Renditions), [primary, .. _hedges]);
    }

    /// <summary>Gives the segment to one more worker, and waits for a free one; false when that is no use.</summary>
    private async Task<bool> TryStartAsync()
    {
        if (_poison.IsPoison)
        {
            LogPoison(work.Id, work.SessionId);
            return false;
        }

        if (_attempts >= parts.Options.MaxAttempts || _refusals >= MaxRefusals)
        {
            return false;
        }

        // Somebody who was lost may come back; from somebody who failed nothing more is to be had.
        if (_barred.Count > 0 && !_anyLost && !parts.Choice.AnyCapable(work, _barred))
        {
            return false;
        }

        if (await parts.Line.TakeAsync(work, _barred, until) is not { } slot)
        {
            return false;
        }

        if (until.IsCancellationRequested)
        {
            // Its turn came as the time was up: nobody is given work that nobody waits for.
            GiveBack(slot);
            return false;
        }

        Start(slot);
        return true;
    }

    private void Start(WorkerSlot slot)
    {
        _attempts++;
        var attempt = Attempt.Begin(parts, slot, work, _race, SegmentDispatcher.Remaining(work, parts.Time), until);
        _running.Add(attempt);
        begun.Add(attempt.Assignment);
        _hedgeAt = HedgeTimeOf(attempt);
    }

    private DateTimeOffset HedgeTimeOf(Attempt attempt) => attempt.Assignment.AssignedAt + HedgeTime.After(Duration, attempt.Expected);

    /// <summary>Waits for an attempt to end; null when it is time to set another worker beside those that run.</summary>
    private async Task<Attempt?> NextEndAsync()
    {
        if (!_running.AllHang)
        {
            GiveBack(await LeaveLineAsync());
        }

        var events = _running.Ends().ToList();
        using var stop = new CancellationTokenSource();
        if (_running.HaveRoom && _attempts < parts.Options.MaxAttempts)
        {
            events.AddRange(_running.Stalls());
            if (_running.AllHang)
            {
                events.Add(_isTurnedAway ? Task.Delay(s_retry, parts.Time, stop.Token) : TurnAsync());
            }
            else if (parts.Options.HedgeShare > 0)
            {
                var wait = _hedgeAt - parts.Time.GetUtcNow();
                events.Add(Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, parts.Time, stop.Token));
            }
        }

        await Task.WhenAny(events);
        await stop.CancelAsync();
        return _running.Ended;
    }

    /// <summary>Its turn in the line. Whoever hangs has been seen to by then.</summary>
    private Task<WorkerSlot?> TurnAsync()
    {
        _place ??= new PlaceInLine(parts.Line, work, Taken(), until);
        return _place.Turn;
    }

    /// <returns>The slot that its turn brought, if it has come.</returns>
    private async Task<WorkerSlot?> LeaveLineAsync()
    {
        if (_place is not { } place)
        {
            return null;
        }

        _place = null;
        return await place.LeaveAsync();
    }

    /// <summary>
    /// Sets another worker beside those whose connections are lost or that do not fetch the segment, when its turn has come; or, if there is capacity to spare and
    /// the budget allows it, beside one that is late. They go on, if they can.
    /// </summary>
    private async Task SetBesideAsync()
    {
        _running.MarkSeen();   // before looking: whoever begins to hang after that is news
        var first = _running.First;
        if (await TakeBesideAsync() is { } slot)
        {
            LogSetBeside(work.Id, first.Worker.Identity.NodeKey.ToString(), slot.Worker.Identity.NodeKey.ToString());
            Start(slot);
            return;
        }

        // A worker that was given up and came back is not late for that: it has its own time again.
        var again = parts.Time.GetUtcNow() + s_retry;
        _hedgeAt = HedgeTimeOf(first) < again ? again : HedgeTimeOf(first);
    }

    private async Task<WorkerSlot?> TakeBesideAsync()
    {
        if (!_running.AllHang)
        {
            return until.IsCancellationRequested ? null : TakeHedge();
        }

        var isTurn = _place is { Turn.IsCompleted: true };
        var slot = isTurn ? await LeaveLineAsync() : null;
        _isTurnedAway = isTurn && slot is null;
        if (!until.IsCancellationRequested)
        {
            return slot;
        }

        GiveBack(slot);
        return null;
    }

    private WorkerSlot? TakeHedge()
    {
        if (HedgeTimeOf(_running.First) > parts.Time.GetUtcNow())
        {
            return null;
        }

        _running.MarkLate();
        var slot = parts.Choice.TryTakeSpare(work, Taken(), SegmentDispatcher.Remaining(work, parts.Time), parts.Line.HasWaiting);
        if (slot is null || parts.Budget.TrySpend())
        {
            return slot;
        }

        GiveBack(slot);
        return null;
    }

    private void GiveBack(WorkerSlot? slot)
    {
        if (slot is not null)
        {
            parts.Workers.GiveBack(slot);
        }
    }

    private HashSet<WorkerId> Taken() => _barred.Concat(_running.Workers).ToHashSet();

    private SegmentResult Failure()
    {
        if (_blamed is not null)
        {
            return new SegmentResult.BadInput(_blamed.Word);
        }

        // It broke down two workers that were well: the stream goes on, other orchestrators are spared, and nobody is dropped for it.
        if (_poison.IsPoison)
        {
            return new SegmentResult.BadInput(InputFault.InvalidVideo);
        }

        var fault = _attempts + _refusals > 0 ? PoolFault.WorkersFailed
            : parts.Choice.AnyCapable(work, _barred) ? PoolFault.NoFreeWorker
            : PoolFault.NoCapableWorker;
        LogFailed(work.Id, fault, _attempts);
        return new SegmentResult.Failed(fault, $"{_attempts} workers tried");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Segment {Segment}: {NodeKey} failed, {Reason}")]
    private partial void LogAttemptFailed(SegmentId segment, string nodeKey, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Segment {Segment} is late, lost or not fetched at {First} and goes to {Second} too")]
    private partial void LogSetBeside(SegmentId segment, string first, string second);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Segment {Segment} of session {SessionId} broke down two workers that were well: nobody else gets it")]
    private partial void LogPoison(SegmentId segment, string sessionId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Segment {Segment} failed: {Fault} after {Tried} workers")]
    private partial void LogFailed(SegmentId segment, PoolFault fault, int tried);
}
