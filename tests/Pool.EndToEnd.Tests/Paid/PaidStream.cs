using Pool.EndToEnd.Tests.Chaos;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Gateway.Payments;
using Pool.Gateway.Streaming;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>A stream of a gateway that pays, with the sessions and time-outs of a stock one. What it paid is in the gateway's log; here is what went wrong.</summary>
/// <param name="name">Its name.</param>
/// <param name="scene">The pool, and what is sent to it, again and again.</param>
/// <param name="wallet">The gateway's account.</param>
/// <param name="moments">Whoever waits for its doings.</param>
/// <param name="gate">Whether there is an orchestrator.</param>
/// <param name="pause">Between an answer and the next segment: streams that pause keep their session over a kill, and have their parameters expire.</param>
/// <param name="isHeld">Whether the chain stands still.</param>
internal sealed class PaidStream(
    string name, MoneyScene scene, GatewayWallet wallet, Moments moments, ServerGate gate, TimeSpan pause, Func<bool> isHeld) : IDisposable
{
    private static readonly TimeProvider s_time = TimeProvider.System;

    private readonly SegmentExchange _exchange = new(GatewayRun.Needs(MoneyMedia.Profiles), MoneyMedia.Profiles, wallet);
    private readonly SessionPool _sessions = new([new OrchestratorClient(scene.Orchestrator, GatewayRun.Needs(MoneyMedia.Profiles), wallet)], s_time);
    private readonly List<SentSegment> _failed = [];
    private int _answered;

    /// <summary>Segments that were answered so far. Any thread may look.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Segments that were not; to be read when it has ended.</summary>
    public IReadOnlyList<SentSegment> Failed => _failed;

    /// <summary>Streams until it is told to end; the segment in flight then comes to its end.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        var segments = scene.Media.Segments;
        for (var sequence = 0; !end.IsCancellationRequested; sequence++)
        {
            await gate.Open.WaitAsync(end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Taken before looking: what begins just before a kill was in flight at it.
            var from = s_time.GetTimestamp();
            if (gate.Open.IsCompleted && !isHeld() && !end.IsCancellationRequested)
            {
                await SendAsync(segments[sequence % segments.Count] with { Sequence = sequence }, from);
            }

            await Task.Delay(pause, s_time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _sessions.EndAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        _sessions.Dispose();
        _exchange.Dispose();
    }

    private async Task SendAsync(SourceSegment segment, long from)
    {
        var bytes = await File.ReadAllBytesAsync(segment.Path);
        SessionLease? lease = null;
        try
        {
            lease = await _sessions.TakeAsync(segment.Duration, CancellationToken.None);
            moments.Tell(Moment.Sending);
            var result = await _exchange.SendAsync(lease.Terms, name, segment, bytes, CancellationToken.None);
            _sessions.Complete(lease, result.Info);
            Interlocked.Increment(ref _answered);
            moments.Tell(Moment.Answered);
        }
        catch (AttemptException fault)
        {
            if (lease is not null)
            {
                _sessions.GiveUp(lease, fault);
            }

            _failed.Add(new SentSegment(name, segment.Sequence, from, s_time.GetTimestamp(), [fault.Message], null));
        }
    }
}
