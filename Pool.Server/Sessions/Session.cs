using System.Threading.Channels;
using Pool.Server.Dispatch;
using Pool.Server.Segments;

namespace Pool.Server.Sessions;

/// <summary>What became of a segment that was handed to its session.</summary>
public abstract record SessionAnswer
{
    private SessionAnswer()
    {
    }

    public sealed record Answered(SegmentResult Result) : SessionAnswer;

    /// <summary>Four segments wait already (protocol §4.7): the network's word is <c>OrchestratorBusy</c>.</summary>
    public sealed record Busy : SessionAnswer;

    /// <summary>The session closed while the segment waited.</summary>
    public sealed record Closed : SessionAnswer;

    /// <summary>All sessions were taken while the segment came in (protocol §4.7): the network's word is <c>OrchestratorCapped</c>.</summary>
    public sealed record Capped : SessionAnswer;

    /// <summary>The pool itself broke.</summary>
    public sealed record Broken : SessionAnswer;
}

/// <summary>
/// A stream's life on our side: one segment at a time, four may wait (protocol §4.7, maxSegmentChannels). It knows its renditions,
/// so that they go when it goes.
/// </summary>
public sealed class Session
{
    private const int MaxWaiting = 4;

    /// <summary>Renditions remembered for deletion at the end; older ones have long expired by age.</summary>
    private const int MaxRememberedRenditions = 2048;

    private readonly Channel<Turn> _queue = Channel.CreateBounded<Turn>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private readonly SegmentDispatcher _dispatcher;
    private readonly TimeProvider _time;
    private readonly Queue<SpoolFile> _renditions = [];
    private readonly Lock _gate = new();
    private long _segments;
    private long _lastSegmentAt;
    private int _pending;
    private volatile bool _closed;

    private sealed record Turn(SegmentWork Work, TaskCompletionSource<SessionAnswer> Answer, CancellationToken Cancelled);

    internal Session(
        string id, ReadOnlyMemory<byte> manifestId, string gateway, string address, SegmentDispatcher dispatcher, TimeProvider time)
    {
        (Id, ManifestId, Gateway, Address, _dispatcher, _time) = (id, manifestId, gateway, address, dispatcher, time);
        Touch(time.GetUtcNow());
        Loop = RunAsync();
    }

    /// <summary>Session id of the auth token.</summary>
    public string Id { get; }

    public ReadOnlyMemory<byte> ManifestId { get; }

    /// <summary>Gateway's address; zero off-chain.</summary>
    public string Gateway { get; }

    /// <summary>Whom its limits are counted for: the address its first segment came from.</summary>
    public string Address { get; }

    /// <summary>When the latest segment began to arrive or was answered.</summary>
    public DateTimeOffset LastSegmentAt => new(Interlocked.Read(ref _lastSegmentAt), TimeSpan.Zero);

    /// <summary>Segments answered so far.</summary>
    public long Segments => Interlocked.Read(ref _segments);

    /// <summary>Segments that are being transcoded or wait.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>Whether a segment is being transcoded or waits.</summary>
    public bool IsWorking => Pending > 0;

    internal Task Loop { get; }

    /// <summary>Hands a segment in and waits for its turn and its result.</summary>
    public Task<SessionAnswer> TranscodeAsync(SegmentWork work, CancellationToken cancellationToken)
    {
        var turn = new Turn(work, new TaskCompletionSource<SessionAnswer>(TaskCreationOptions.RunContinuationsAsynchronously), cancellationToken);
        Interlocked.Increment(ref _pending);
        if (!_queue.Writer.TryWrite(turn))
        {
            Interlocked.Decrement(ref _pending);
            return Task.FromResult<SessionAnswer>(_closed ? new SessionAnswer.Closed() : new SessionAnswer.Busy());
        }

        return turn.Answer.Task;
    }

    /// <summary>A segment begins to arrive: the session is not idle while its bytes are under way.</summary>
    internal void Touch(DateTimeOffset now) => Interlocked.Exchange(ref _lastSegmentAt, now.UtcTicks);

    /// <summary>Takes no more segments. What waits is answered as closed, what runs comes to its end.</summary>
    internal IReadOnlyList<SpoolFile> Close()
    {
        _closed = true;
        _queue.Writer.TryComplete();
        lock (_gate)
        {
            return [.. _renditions];
        }
    }

    private async Task RunAsync()
    {
        await foreach (var turn in _queue.Reader.ReadAllAsync())
        {
            try
            {
                turn.Answer.TrySetResult(await AnswerAsync(turn));
            }
            catch (Exception failure)
            {
                turn.Answer.TrySetException(failure);
            }
            finally
            {
                Touch(_time.GetUtcNow());
                Interlocked.Increment(ref _segments);
                Interlocked.Decrement(ref _pending);
            }
        }
    }

    private async Task<SessionAnswer> AnswerAsync(Turn turn)
    {
        if (_closed || turn.Cancelled.IsCancellationRequested)
        {
            return new SessionAnswer.Closed();
        }

        var result = await _dispatcher.TranscodeAsync(turn.Work, turn.Cancelled);
        if (result is SegmentResult.Transcoded transcoded)
        {
            Remember(transcoded.Renditions);
        }

        return new SessionAnswer.Answered(result);
    }

    private void Remember(IReadOnlyList<Rendition> renditions)
    {
        lock (_gate)
        {
            foreach (var rendition in renditions)
            {
                _renditions.Enqueue(rendition.File);
                if (rendition.Signature is { } signature)
                {
                    _renditions.Enqueue(signature);
                }
            }

            while (_renditions.Count > MaxRememberedRenditions)
            {
                _renditions.Dequeue();
            }
        }
    }
}
