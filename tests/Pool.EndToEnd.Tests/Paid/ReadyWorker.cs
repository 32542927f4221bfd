using Pool.Shared.Ethereum;
using Pool.Tests.Kit;
using Pool.Worker.Connection;
using Pool.Worker.Transcoding;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>A worker that has all renditions already, and dials again at once: what is slow in this test is to be the money.</summary>
internal sealed class ReadyWorker : LinkedWorker
{
    private const int Sessions = 8;

    private static readonly TimeSpan s_firstDial = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_lastDial = TimeSpan.FromMilliseconds(300);

    private string _said = "";

    private ReadyWorker(PoolAddress pool, string home, ITranscoder transcoder)
        : base(pool, home, transcoder, Sessions, new Backoff(s_firstDial, s_lastDial, Random.Shared), TimeProvider.System) => Start();

    /// <summary>What it said last.</summary>
    public string Said => Volatile.Read(ref _said);

    /// <summary>Dials a pool.</summary>
    /// <param name="webPort">Where the pool is.</param>
    /// <param name="home">Folder for its receipts.</param>
    /// <param name="transcoder">Has the renditions.</param>
    public static ReadyWorker Dial(int webPort, string home, ITranscoder transcoder)
    {
        Assert.True(PoolAddress.TryParse($"http://127.0.0.1:{webPort}", out var pool, out _));
        Directory.CreateDirectory(home);
        return new ReadyWorker(pool, home, transcoder);
    }

    public override void Joined(Guid workerId, int capacity, bool again) => Complain($"joined for {capacity} segments");

    protected override void Complain(string what) => Volatile.Write(ref _said, $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {what}");
}

/// <summary>Knows the segments that are streamed, and has a rendition of each.</summary>
/// <param name="capabilities">What it says it can do.</param>
/// <param name="renditions">Renditions by the hash of their segment.</param>
internal sealed class ReadyTranscoder(IReadOnlyList<int> capabilities, IReadOnlyDictionary<Bytes32, ReadyRendition> renditions) : ITranscoder
{
    public IReadOnlyList<int> Capabilities => capabilities;

    public string Device => "cpu";

    public async Task<TranscodeOutcome> TranscodeAsync(TranscodeJob job, IRenditionSink sink, CancellationToken cancellationToken)
    {
        var segment = new byte[job.SegmentBytes];
        await job.Segment.ReadExactlyAsync(segment, cancellationToken);
        var rendition = renditions[Bytes32.Keccak(segment)];
        await sink.WriteAsync(0, rendition.Bytes, cancellationToken);
        await sink.CompleteAsync(0, cancellationToken);
        return new TranscodeOutcome.Done(rendition.Frames, TimeSpan.FromMilliseconds(1));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <param name="Bytes">The rendition, MPEG-TS.</param>
/// <param name="Frames">Frames of its segment.</param>
internal sealed record ReadyRendition(byte[] Bytes, long Frames);
