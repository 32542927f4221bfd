using Microsoft.Extensions.Logging.Abstractions;
using Pool.Shared.Ethereum;
using Pool.Worker.Connection;
using Pool.Worker.Transcoding;

namespace Pool.Benchmarks.Edge;

/// <summary>A worker over the real link that takes every segment in and answers at once with what was prepared.</summary>
internal sealed class InstantWorker : IWorkerEvents, IAsyncDisposable
{
    private const string Device = "cpu";

    /// <summary>How long joining may take.</summary>
    private static readonly TimeSpan s_joinTime = TimeSpan.FromSeconds(30);

    private readonly EthereumKey _key = EthereumKey.Create();
    private readonly CancellationTokenSource _leave = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AssignmentHttp _http;
    private readonly Task<LinkEnd> _link;
    private int _losses;

    private InstantWorker(PoolAddress pool, PreparedMedia media, IReadOnlyList<int> capabilities, int capacity, TimeProvider time)
    {
        _http = new AssignmentHttp(pool, time, Random.Shared);
        var identity = new WorkerIdentity(_key, _key.Address, Device, capabilities, capacity, "pool-bench");
        var link = new PoolLink(
            pool, identity, new PreparedAnswers(media, capabilities, time), _http, new Backoff(Random.Shared), time, this, NullLoggerFactory.Instance);
        _link = link.RunAsync(_leave.Token, _stop.Token);
    }

    /// <summary>Times it lost its connection.</summary>
    public int Losses => Volatile.Read(ref _losses);

    /// <summary>Joins the pool at this address.</summary>
    /// <exception cref="InvalidOperationException">The pool did not take it.</exception>
    public static async Task<InstantWorker> JoinAsync(Uri pool, PreparedMedia media, IReadOnlyList<int> capabilities, int capacity, TimeProvider time)
    {
        if (!PoolAddress.TryParse(pool.AbsoluteUri, out var address, out var error))
        {
            throw new InvalidOperationException(error);
        }

        var worker = new InstantWorker(address, media, capabilities, capacity, time);
        if (await Task.WhenAny(worker._joined.Task, worker._link, Task.Delay(s_joinTime, time)) != worker._joined.Task)
        {
            throw new InvalidOperationException($"A worker could not join: {(worker._link.IsCompleted ? await worker._link : "no answer")}");
        }

        return worker;
    }

    public void Joined(Guid workerId, int capacity, bool again) => _joined.TrySetResult();

    public void Lost(string reason, TimeSpan retryIn) => Interlocked.Increment(ref _losses);

    public void Draining(int held)
    {
    }

    public void Withdrawn(Guid assignmentId, string reason)
    {
    }

    public void Ended(SegmentReport report)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await _leave.CancelAsync();
        await _stop.CancelAsync();
        await _link;
        _http.Dispose();
        _key.Dispose();
        _leave.Dispose();
        _stop.Dispose();
    }

    private sealed class PreparedAnswers(PreparedMedia media, IReadOnlyList<int> capabilities, TimeProvider time) : ITranscoder
    {
        public IReadOnlyList<int> Capabilities => capabilities;

        string ITranscoder.Device => Device;

        public async Task<TranscodeOutcome> TranscodeAsync(TranscodeJob job, IRenditionSink sink, CancellationToken cancellationToken)
        {
            await job.Segment.CopyToAsync(Stream.Null, cancellationToken);
            var start = time.GetTimestamp();
            for (var index = 0; index < media.Renditions.Count; index++)
            {
                await sink.WriteAsync(index, media.Renditions[index], cancellationToken);
                await sink.CompleteAsync(index, cancellationToken);
            }

            return new TranscodeOutcome.Done(PreparedMedia.Frames, time.GetElapsedTime(start));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
