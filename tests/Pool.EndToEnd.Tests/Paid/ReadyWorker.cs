using Microsoft.Extensions.Logging.Abstractions;
using Pool.EndToEnd.Tests.Kit;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Worker.Connection;
using Pool.Worker.Transcoding;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>The worker's own link to the pool over a transcoder that has all renditions already, and dials again at once: what is slow in this test is to be the money.</summary>
internal sealed class ReadyWorker : IWorkerEvents, IAsyncDisposable
{
    private const int Sessions = 8;

    private static readonly TimeSpan s_firstDial = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_lastDial = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly EthereumKey _key = EthereumKey.Create();
    private readonly AssignmentHttp _http;
    private readonly Task _run;
    private string _said = "";

    /// <param name="webPort">Where the pool is.</param>
    /// <param name="home">Folder for its receipts.</param>
    /// <param name="transcoder">Has the renditions.</param>
    public ReadyWorker(int webPort, string home, ITranscoder transcoder)
    {
        Assert.True(PoolAddress.TryParse($"http://127.0.0.1:{webPort}", out var pool, out _));
        Directory.CreateDirectory(home);
        _http = new AssignmentHttp(pool, TimeProvider.System, Random.Shared);
        var identity = new WorkerIdentity(_key, _key.Address, transcoder.Device, transcoder.Capabilities, Sessions, "ready");
        var backoff = new Backoff(s_firstDial, s_lastDial, Random.Shared);
        _run = RunAsync(new PoolLink(pool, identity, transcoder, _http, ReceiptBook.Open(home), backoff, TimeProvider.System, this, NullLoggerFactory.Instance));
    }

    /// <summary>What it said last.</summary>
    public string Said => Volatile.Read(ref _said);

    public void Joined(Guid workerId, int capacity, bool again) => Say($"joined for {capacity} segments");

    public void Lost(string reason, TimeSpan retryIn) => Say($"lost its connection: {reason}");

    public void Draining(int held) => Say("draining");

    public void Withdrawn(Guid assignmentId, string reason) => Say($"withdrawn: {reason}");

    public void Ended(SegmentReport report)
    {
        if (report.Verdict is not { Accepted: true })
        {
            Say($"not accepted: {report.Verdict?.Reason ?? report.Outcome.Detail}");
        }
    }

    public void Booked(Receipt receipt)
    {
        // The books are looked at in the end.
    }

    public void ReceiptRefused(string warning) => Say(warning);

    public async ValueTask DisposeAsync()
    {
        await _drain.CancelAsync();
        await _stop.CancelAsync();
        await _run;
        _http.Dispose();
        _key.Dispose();
        _drain.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(PoolLink link) => Say($"ended: {await link.RunAsync(_drain.Token, _stop.Token)}");

    private void Say(string what) => Volatile.Write(ref _said, $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {what}");
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
