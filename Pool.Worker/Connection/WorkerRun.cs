using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Pool.Shared.Contracts;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Connection;

/// <summary>What the owner's screen is told.</summary>
internal interface IWorkerScreen
{
    void Joined(int capacity);

    void Lost(string reason, TimeSpan retryIn);

    void Finished(AssignmentReport report);

    void Draining(int held);
}

/// <summary>The life of a worker: join, take assignments, come back after a lost line, drain at the end.</summary>
internal sealed class WorkerRun(
    Uri pool, WorkerOffer offer, ITranscoder transcoder, HttpClient http, IWorkerScreen screen, Random random, ILoggerFactory loggers, TimeProvider time)
{
    private readonly AssignmentRunner _runner = new(http, pool, transcoder, time);
    private readonly ConcurrentDictionary<Guid, (CancellationTokenSource Cancel, Task Work)> _held = new();
    private volatile bool _draining;
    private int _capacity;

    /// <summary>Runs until <paramref name="drain"/>, then finishes what it holds; <paramref name="stop"/> ends it at once.</summary>
    /// <exception cref="WorkerFaultException">The pool cannot be reached the first time.</exception>
    /// <exception cref="JoinRefusedException">The pool does not take this worker.</exception>
    public async Task RunAsync(CancellationToken drain, CancellationToken stop)
    {
        var backoff = new Backoff(random);
        var hasJoined = false;
        while (!drain.IsCancellationRequested)
        {
            string reason;
            try
            {
                await using var connection = await ConnectAsync(drain);
                hasJoined = true;
                backoff.Reset();
                screen.Joined(_capacity);
                reason = await ServeAsync(connection, drain, stop);
            }
            catch (OperationCanceledException) when (drain.IsCancellationRequested)
            {
                return;
            }
            catch (Exception unreachable) when (unreachable is WebSocketException or HttpRequestException or IOException or HubException or InvalidOperationException or InvalidDataException)
            {
                reason = unreachable.Message;
                if (!hasJoined)
                {
                    throw new WorkerFaultException($"Cannot reach the pool at {pool}: {reason.TrimEnd('.')}.", unreachable);
                }
            }

            await PauseAsync(reason, backoff, drain);
        }
    }

    private async Task<PoolConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = await PoolConnection.DialAsync(pool, Take, CallOff, loggers, cancellationToken);
        try
        {
            Volatile.Write(ref _capacity, await JoinHandshake.JoinAsync(connection, pool, offer, cancellationToken));
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the end of the connection or the wish to drain, and drains while the connection is still there.</summary>
    private async Task<string> ServeAsync(PoolConnection connection, CancellationToken drain, CancellationToken stop)
    {
        var wish = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = drain.UnsafeRegister(_ => wish.TrySetResult(), null);
        await Task.WhenAny(connection.Ended, wish.Task);
        if (!drain.IsCancellationRequested)
        {
            // The pool gives our segments to somebody else as soon as it notices.
            CallOffAll();
            return await connection.Ended;
        }

        _draining = true;
        screen.Draining(_held.Count);
        if (!connection.Ended.IsCompleted)
        {
            await connection.SetCapacityAsync(0, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(_held.Values.Select(held => held.Work)).WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        CallOffAll();
        return "drained";
    }

    private async Task PauseAsync(string reason, Backoff backoff, CancellationToken drain)
    {
        if (drain.IsCancellationRequested)
        {
            return;
        }

        var pause = backoff.Next();
        screen.Lost(reason, pause);
        await Task.Delay(pause, time, drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Take(Assignment assignment)
    {
        var cancel = new CancellationTokenSource();
        var isFull = _draining || _held.Count >= Volatile.Read(ref _capacity);
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var work = isFull
            ? _runner.RefuseAsync(assignment, _draining ? "draining" : "full", cancel.Token)
            : RunAsync(assignment, begin.Task, cancel);
        if (!isFull)
        {
            _held[assignment.AssignmentId] = (cancel, work);
            begin.SetResult();
        }
    }

    private async Task RunAsync(Assignment assignment, Task begin, CancellationTokenSource cancel)
    {
        await begin;
        try
        {
            screen.Finished(await _runner.RunAsync(assignment, cancel.Token));
        }
        finally
        {
            _held.TryRemove(assignment.AssignmentId, out _);
            cancel.Dispose();
        }
    }

    private void CallOff(Guid assignmentId, string reason)
    {
        if (_held.TryGetValue(assignmentId, out var held))
        {
            Cancel(held.Cancel);
        }
    }

    private void CallOffAll()
    {
        foreach (var held in _held.Values)
        {
            Cancel(held.Cancel);
        }
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It finished in this very moment.
        }
    }
}
