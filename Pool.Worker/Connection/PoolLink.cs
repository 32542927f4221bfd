using Microsoft.Extensions.Logging;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Connection;

/// <summary>Why the worker's link to the pool ended.</summary>
internal abstract record LinkEnd
{
    private LinkEnd()
    {
    }

    /// <summary>The worker left of its own will.</summary>
    public sealed record Left : LinkEnd;

    /// <summary>The pool does not take this worker; trying again would change nothing.</summary>
    public sealed record Refused(string Reason) : LinkEnd;

    /// <summary>The first connection could not be made.</summary>
    public sealed record Unreachable(string Reason) : LinkEnd;
}

/// <summary>
/// Keeps the worker at its pool: joins, serves, and comes back after every loss. Only the first connection may fail; after that the
/// address is known to be right and the worker tries for ever.
/// </summary>
internal sealed partial class PoolLink(
    PoolAddress pool,
    WorkerIdentity identity,
    ITranscoder transcoder,
    AssignmentHttp http,
    ReceiptBook receipts,
    Backoff backoff,
    TimeProvider time,
    IWorkerEvents events,
    ILoggerFactory loggers)
{
    /// <summary>A connection that lasted this long, or in whose time the pool accepted work, was a good one: the next loss begins with the shortest wait again.</summary>
    public static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);

    private readonly JoinHandshake _handshake = new(pool, identity);
    private readonly ILogger _logger = loggers.CreateLogger<PoolLink>();
    private bool _hasJoined;
    private bool _isLineDead;
    private string? _lossToReport;

    /// <summary>Serves until it is told to leave, or is refused, or the first connection fails.</summary>
    /// <param name="drain">Leave: finish what is held, take nothing new.</param>
    /// <param name="stop">Leave at once. Cancelled only after <paramref name="drain"/>.</param>
    public async Task<LinkEnd> RunAsync(CancellationToken drain, CancellationToken stop)
    {
        var runner = new AssignmentRunner(http, transcoder, time, loggers.CreateLogger<AssignmentRunner>());
        using var desk = new AssignmentDesk(runner, http, time, events, loggers.CreateLogger<AssignmentDesk>());
        try
        {
            return await KeepConnectedAsync(desk, drain, stop);
        }
        finally
        {
            desk.Abandon();
            await desk.WhenIdleAsync();
        }
    }

    private async Task<LinkEnd> KeepConnectedAsync(AssignmentDesk desk, CancellationToken drain, CancellationToken stop)
    {
        while (true)
        {
            var (connected, accepted) = (time.GetTimestamp(), desk.Accepted);
            if (await ConnectAndServeAsync(desk, drain, stop) is { } end)
            {
                return end;
            }

            if (time.GetElapsedTime(connected) >= StableAfter || desk.Accepted > accepted)
            {
                backoff.Reset();
            }

            // What the line has done to the hub's connection it may have done to the others: nothing new goes over those.
            http.RenewConnections();
            var wait = backoff.Next();
            ReportLoss(wait);
            await Task.Delay(wait, time, drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (drain.IsCancellationRequested)
            {
                return new LinkEnd.Left();
            }

            if (_isLineDead)
            {
                _isLineDead = false;
                desk.Drop();
            }
        }
    }

    /// <summary>One line when the connection is lost; attempts that fail after that change nothing a person must know.</summary>
    private void ReportLoss(TimeSpan wait)
    {
        if (_lossToReport is { } reason)
        {
            events.Lost(reason, wait);
            _lossToReport = null;
        }
    }

    /// <returns>How the link ended, or null when it is to be tried again.</returns>
    private async Task<LinkEnd?> ConnectAndServeAsync(AssignmentDesk desk, CancellationToken drain, CancellationToken stop)
    {
        await using var connection = new PoolConnection(pool, loggers);
        JoinOutcome joined;
        try
        {
            joined = await OpenAsync(connection, desk, drain);
        }
        catch (Exception) when (drain.IsCancellationRequested)
        {
            return new LinkEnd.Left();
        }
        catch (Exception failure)
        {
            var reason = failure is TimeoutException ? failure.Message : pool.Trust.Explain(failure);
            LogNotReached(reason);
            return _hasJoined ? null : new LinkEnd.Unreachable(reason);
        }

        switch (joined)
        {
            case JoinOutcome.Refused refused:
                return new LinkEnd.Refused(refused.Reason);
            case JoinOutcome.Accepted accepted:
                events.Joined(accepted.WorkerId, accepted.Capacity, again: _hasJoined);
                _hasJoined = true;
                _lossToReport = await ServeAsync(connection, desk, accepted, drain, stop);
                return drain.IsCancellationRequested ? new LinkEnd.Left() : null;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<JoinOutcome> OpenAsync(PoolConnection connection, AssignmentDesk desk, CancellationToken drain)
    {
        using var limit = new CancellationTokenSource(WorkerLink.OpenTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, drain);
        try
        {
            return await connection.OpenAsync(_handshake, desk.Unreported, either.Token);
        }
        catch (Exception late) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {WorkerLink.OpenTimeout.TotalSeconds:0} s", late);
        }
    }

    /// <returns>Why the connection was lost; null when the worker left it.</returns>
    private async Task<string?> ServeAsync(
        PoolConnection connection, AssignmentDesk desk, JoinOutcome.Accepted joined, CancellationToken drain, CancellationToken stop)
    {
        desk.TakeUpTo(joined.Capacity);
        CompareKey(joined.ReceiptKey);
        connection.Serve(desk, new ReceiptDesk(receipts, joined.ReceiptKey, identity.NodeKey.Address, identity.Payee, events));
        using var served = new CancellationTokenSource();
        var watching = WatchAsync(connection, desk, served.Token);
        await UntilAsync(connection.Lost, drain);
        if (!connection.Lost.IsCompleted)
        {
            await DrainAsync(connection, desk, stop);
        }

        await served.CancelAsync();
        await watching;
        return connection.Lost.IsCompleted ? await connection.Lost : null;
    }

    /// <summary>Gives the connection up when the pool is silent while there is work in hand.</summary>
    private async Task WatchAsync(PoolConnection connection, AssignmentDesk desk, CancellationToken served)
    {
        do
        {
            await Task.Delay(WorkerLink.ProbePeriod, time, served).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (served.IsCancellationRequested)
            {
                return;
            }
        }
        while (connection.Pulse.Beat(desk.HasWork));

        _isLineDead = true;
        connection.GiveUp("the pool gives no sign of life though this worker has work in hand");
    }

    /// <summary>A pool that signs with another key than it did may be another pool.</summary>
    private void CompareKey(Address now)
    {
        try
        {
            var first = receipts.FirstKeyOf(pool, now);
            if (first != now)
            {
                events.ReceiptRefused($"the pool's receipts are signed by {now} now, they were by {first} when this worker first joined it: ask the pool's operator why");
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            events.ReceiptRefused($"the address of the pool's receipts could not be kept: {Sentence.Of(failure)}");
        }
    }

    private async Task DrainAsync(PoolConnection connection, AssignmentDesk desk, CancellationToken stop)
    {
        desk.Drain();
        events.Draining(desk.Held);
        try
        {
            await connection.SetCapacityAsync(0, stop);
        }
        catch (Exception failure)
        {
            // The pool learns it from the refusals, or has gone away itself.
            LogNotTold(failure);
        }

        await UntilAsync(Task.WhenAny(desk.WhenIdleAsync(), connection.Lost), stop);
    }

    private static async Task UntilAsync(Task task, CancellationToken cancellationToken) =>
        await task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The pool was not reached: {Reason}")]
    private partial void LogNotReached(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The pool could not be told that this worker drains")]
    private partial void LogNotTold(Exception failure);
}
