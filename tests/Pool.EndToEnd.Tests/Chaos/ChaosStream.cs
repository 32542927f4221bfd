using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Gateway.Streaming;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Wire;

namespace Pool.EndToEnd.Tests.Chaos;

/// <summary>
/// A live stream: a segment every two seconds, with the sessions, attempts and time-outs of a stock gateway. Of every segment it keeps what it saw, and of
/// every rendition the hash and what ffprobe counts in it.
/// </summary>
internal sealed class ChaosStream(string name, Uri orchestrator, ChaosMedia media, PixelProbe probe, ServerGate gate, string folder) : IAsyncDisposable
{
    private static readonly TimeProvider s_time = TimeProvider.System;

    private readonly OrchestratorClient _client = new(orchestrator, GatewayRun.Needs(ChaosMedia.Profiles));
    private readonly SegmentExchange _exchange = new(GatewayRun.Needs(ChaosMedia.Profiles), ChaosMedia.Profiles);
    private readonly List<SentSegment> _sent = [];
    private SessionPool? _sessions;
    private bool _isRenewed;
    private int _answered;

    /// <summary>Segments that were answered so far. Any thread may look.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>What it saw; to be read when it has ended.</summary>
    public IReadOnlyList<SentSegment> Sent => _sent;

    /// <summary>It begins another session with its next segment, if there is one to be had: nobody leaves an orchestrator that would not take him again.</summary>
    public void Renew() => Volatile.Write(ref _isRenewed, true);

    /// <summary>Streams until it is told to end; the segment in flight then comes to its end.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        var began = s_time.GetTimestamp();
        var due = TimeSpan.Zero;
        for (var sequence = 0; !end.IsCancellationRequested; sequence++)
        {
            var segment = media.Segments[sequence % media.Segments.Count] with { Sequence = sequence };
            if (await BeginAsync(end) is not { } from)
            {
                return;
            }

            _sent.Add(await SendAsync(segment, from));
            due += segment.Duration;
            var wait = due - s_time.GetElapsedTime(began);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, s_time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndSessionsAsync();
        _exchange.Dispose();
    }

    /// <summary>Waits for an orchestrator. When the next segment begins; null when the stream has ended meanwhile.</summary>
    private async Task<long?> BeginAsync(CancellationToken end)
    {
        if (Interlocked.Exchange(ref _isRenewed, false) && await IsTakenAsync())
        {
            await EndSessionsAsync();
        }

        while (!end.IsCancellationRequested)
        {
            // Taken before looking: what begins just before a kill was in flight at it.
            var from = s_time.GetTimestamp();
            if (gate.Open.IsCompleted)
            {
                return from;
            }

            await gate.Open.WaitAsync(end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    private async Task<bool> IsTakenAsync()
    {
        try
        {
            await _client.GetTermsAsync(NetworkTimes.Discovery, CancellationToken.None);
            return true;
        }
        catch (AttemptException)
        {
            return false;
        }
    }

    private async Task<SentSegment> SendAsync(SourceSegment segment, long from)
    {
        _sessions ??= new SessionPool([_client], s_time);
        var bytes = await File.ReadAllBytesAsync(segment.Path);
        var errors = new List<string>();
        while (true)
        {
            try
            {
                var reply = await AttemptAsync(_sessions, segment, bytes);
                Interlocked.Increment(ref _answered);
                return new SentSegment(name, segment.Sequence, from, s_time.GetTimestamp(), errors, reply);
            }
            catch (AttemptException fault)
            {
                errors.Add(fault.Message);
                if (fault.IsInputFault || errors.Count == NetworkTimes.MaxAttempts)
                {
                    return new SentSegment(name, segment.Sequence, from, s_time.GetTimestamp(), errors, null);
                }
            }
        }
    }

    private async Task<SegmentReply> AttemptAsync(SessionPool sessions, SourceSegment segment, byte[] bytes)
    {
        var lease = await sessions.TakeAsync(segment.Duration, CancellationToken.None);
        try
        {
            var session = lease.Terms.AuthToken.SessionId;
            var result = await _exchange.SendAsync(lease.Terms, name, segment, bytes, CancellationToken.None);
            var received = await Task.WhenAll(result.Data.Segments.Select(ReceiveAsync));
            sessions.Complete(lease, result.Info);
            return new SegmentReply(session, received);
        }
        catch (AttemptException fault)
        {
            sessions.GiveUp(lease, fault);
            throw;
        }
    }

    /// <summary>Fetches a rendition and has its pixels counted by ffprobe, as a gateway does (protocol §8.4).</summary>
    private async Task<ReceivedRendition> ReceiveAsync(TranscodedSegmentData rendition)
    {
        var file = Path.Combine(folder, $"{Guid.NewGuid():N}.ts");
        try
        {
            await _exchange.DownloadAsync(rendition.Url, file, CancellationToken.None);
            var hash = Convert.ToHexStringLower(Keccak256.Hash(await File.ReadAllBytesAsync(file)));
            var facts = await Patience.ForAsync("what ffprobe says of a rendition", limit => probe.ProbeAsync(file, limit))
                ?? throw new AttemptException("a rendition has no video that ffprobe can read");
            return facts.Pixels == rendition.Pixels
                ? new ReceivedRendition(hash, facts.Pixels)
                : throw new AttemptException($"PixelMismatch: reported {rendition.Pixels}, decoded {facts.Pixels}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task EndSessionsAsync()
    {
        if (_sessions is { } sessions)
        {
            _sessions = null;
            await sessions.EndAsync(CancellationToken.None);
            sessions.Dispose();
        }
    }
}
