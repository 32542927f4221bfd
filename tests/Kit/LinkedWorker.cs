using Microsoft.Extensions.Logging.Abstractions;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Worker.Connection;
using Pool.Worker.Transcoding;

namespace Pool.Tests.Kit;

/// <summary>The worker's own link to the pool in this process, over a transcoder of the caller's: what it does not measure or prove is the codecs.</summary>
internal abstract class LinkedWorker : IWorkerEvents, IAsyncDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly EthereumKey _key = EthereumKey.Create();
    private readonly AssignmentHttp _http;
    private readonly PoolLink _link;

    /// <param name="pool">Where the pool is.</param>
    /// <param name="home">Folder for its receipts; it exists.</param>
    /// <param name="transcoder">Does the work.</param>
    /// <param name="sessions">Segments at once.</param>
    /// <param name="backoff">How it dials again.</param>
    /// <param name="time">The clock.</param>
    protected LinkedWorker(PoolAddress pool, string home, ITranscoder transcoder, int sessions, Backoff backoff, TimeProvider time)
    {
        _http = new AssignmentHttp(pool, time, Random.Shared);
        var identity = new WorkerIdentity(_key, _key.Address, transcoder.Device, transcoder.Capabilities, sessions, "linked");
        _link = new PoolLink(pool, identity, transcoder, _http, ReceiptBook.Open(home), backoff, time, this, NullLoggerFactory.Instance);
    }

    /// <summary>How its link ended. Set by <see cref="Start"/>.</summary>
    protected Task<LinkEnd> Run { get; private set; } = Task.FromResult<LinkEnd>(new LinkEnd.Left());

    public abstract void Joined(Guid workerId, int capacity, bool again);

    public void Lost(string reason, TimeSpan retryIn) => Complain($"lost its connection: {reason}");

    public void Draining(int held)
    {
        // It leaves when whoever started it is through.
    }

    public void Withdrawn(Guid assignmentId, string reason)
    {
        // A hedge was first.
    }

    public void Dropped(Guid assignmentId) => Complain("dropped a segment with its line");

    public void Ended(SegmentReport report)
    {
        if (report.Verdict is not { Accepted: true })
        {
            Complain(report.Verdict?.Reason ?? report.Outcome.Detail);
        }
    }

    public void Booked(Receipt receipt)
    {
        // The books are looked at in the end.
    }

    public void ReceiptRefused(string warning) => Complain(warning);

    public virtual async ValueTask DisposeAsync()
    {
        await _drain.CancelAsync();
        await _stop.CancelAsync();
        await Run;
        _http.Dispose();
        _key.Dispose();
        _drain.Dispose();
        _stop.Dispose();
    }

    /// <summary>Dials. Once, when whoever derives from it is ready to be told.</summary>
    protected void Start() => Run = _link.RunAsync(_drain.Token, _stop.Token);

    /// <summary>Something is not as it should be.</summary>
    protected abstract void Complain(string what);
}
