using Pool.Tests.Kit;
using Pool.Worker.Connection;
using Pool.Worker.Transcoding;

namespace Pool.Benchmarks.Kit;

/// <summary>A worker with a transcoder that takes no time: it reads the segment and hands out renditions that were made before.</summary>
internal sealed class InstantWorker : LinkedWorker
{
    private static readonly TimeSpan s_joinLimit = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _home;
    private int _joins;
    private string? _complaint;

    private InstantWorker(PoolAddress pool, string home, IReadOnlyList<byte[]> renditions, int sessions, TimeProvider time)
        : base(pool, home, new InstantTranscoder(renditions), sessions, new Backoff(Random.Shared), time)
    {
        _home = home;
        Start();
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
        var worker = new InstantWorker(pool, Directory.CreateTempSubdirectory("pool-bench-").FullName, renditions, sessions, time);
        await Task.WhenAny(worker._joined.Task, worker.Run).WaitAsync(s_joinLimit, time);
        return worker._joined.Task.IsCompletedSuccessfully ? worker : throw new InvalidOperationException($"a worker did not join: {await worker.Run}");
    }

    public override void Joined(Guid workerId, int capacity, bool again)
    {
        Interlocked.Increment(ref _joins);
        _joined.TrySetResult();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    protected override void Complain(string what) => Interlocked.CompareExchange(ref _complaint, what, null);
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
