using Microsoft.Extensions.Logging.Abstractions;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Worker.Connection;
using Pool.Worker.Transcoding;

namespace Pool.Benchmarks.Kit;

/// <summary>The worker's own link to the pool, with a transcoder that takes no time: it reads the segment and hands out renditions that were made before.</summary>
internal sealed class InstantWorker : IWorkerEvents, IAsyncDisposable
{
    private static readonly TimeSpan s_joinLimit = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EthereumKey _key = EthereumKey.Create();
    private readonly string _home = Directory.CreateTempSubdirectory("pool-bench-").FullName;
    private readonly AssignmentHttp _http;
    private readonly Task<LinkEnd> _run;
    private int _joins;
    private string? _complaint;

    private InstantWorker(PoolAddress pool, IReadOnlyList<byte[]> renditions, int sessions, TimeProvider time)
    {
        _http = new AssignmentHttp(pool, time, Random.Shared);
        var transcoder = new InstantTranscoder(renditions);
        var identity = new WorkerIdentity(_key, _key.Address, transcoder.Device, transcoder.Capabilities, sessions, "pool-bench");
        var link = new PoolLink(pool, identity, transcoder, _http, ReceiptBook.Open(_home), new Backoff(Random.Shared), time, this, NullLoggerFactory.Instance);
        _run = link.RunAsync(_drain.Token, _stop.Token);
    }

    /// <summary>What the pool refused of its work, or null.</summary>
    public string? Complaint => Volatile.Read(ref _complaint);

    /// <summary>How often it has joined.</summary>
    public int Joins => Volatile.Read(ref _joins);

    /// <summary>Connects to the pool at a port of this machine, over plain HTTP, and joins.</summary>
    public static Task<InstantWorker> JoinAsync(int port, IReadOnlyList<byte[]> renditions, int sessions, TimeProvider time) =>
        PoolAddress.TryParse($"http://127.0.0.1:{port}", out var pool, out var error)
            ? JoinAsync(pool, renditions, sessions, time)
            : throw new InvalidOperationException(error);

    /// <summary>Connects to a pool and joins.</summary>
    public static async Task<InstantWorker> JoinAsync(PoolAddress pool, IReadOnlyList<byte[]> renditions, int sessions, TimeProvider time)
    {
        var worker = new InstantWorker(pool, renditions, sessions, time);
        await Task.WhenAny(worker._joined.Task, worker._run).WaitAsync(s_joinLimit, time);
        return worker._joined.Task.IsCompletedSuccessfully ? worker : throw new InvalidOperationException($"a worker did not join: {await worker._run}");
    }

    public void Joined(Guid workerId, int capacity, bool again)
    {
        Interlocked.Increment(ref _joins);
        _joined.TrySetResult();
    }

    public void Lost(string reason, TimeSpan retryIn) => Complain($"lost its connection: {reason}");

    public void Draining(int held)
    {
        // It leaves when the measurement is over.
    }

    public void Withdrawn(Guid assignmentId, string reason)
    {
        // A hedge was first.
    }

    public void Ended(SegmentReport report)
    {
        if (report.Verdict is not { Accepted: true })
        {
            Complain(report.Verdict?.Reason ?? report.Outcome.Detail);
        }
    }

    public void Booked(Receipt receipt)
    {
        // The books are looked at by tests.
    }

    public void ReceiptRefused(string warning) => Complain(warning);

    public async ValueTask DisposeAsync()
    {
        await _drain.CancelAsync();
        await _stop.CancelAsync();
        await _run;
        _http.Dispose();
        _key.Dispose();
        _drain.Dispose();
        _stop.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    private void Complain(string complaint) => Interlocked.CompareExchange(ref _complaint, complaint, null);
}

/// <summary>Reads the whole segment, then hands out the same renditions every time.</summary>
internal sealed class InstantTranscoder(IReadOnlyList<byte[]> renditions) : ITranscoder
{
    private const int FramesOfSegment = 60;

    public IReadOnlyList<int> Capabilities { get; } = [.. PreparedMedia.Needs.ToNumbers()];

    public string Device => "cpu";

    public async Task<TranscodeOutcome> TranscodeAsync(TranscodeJob job, IRenditionSink sink, CancellationToken cancellationToken)
    {
        await job.Segment.CopyToAsync(Stream.Null, cancellationToken);
        await Task.WhenAll(renditions.Select((bytes, index) => HandOutAsync(sink, index, bytes, cancellationToken)));
        return new TranscodeOutcome.Done(FramesOfSegment, TimeSpan.FromMilliseconds(1));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task HandOutAsync(IRenditionSink sink, int index, byte[] bytes, CancellationToken cancellationToken)
    {
        await sink.WriteAsync(index, bytes, cancellationToken);
        await sink.CompleteAsync(index, cancellationToken);
    }
}
