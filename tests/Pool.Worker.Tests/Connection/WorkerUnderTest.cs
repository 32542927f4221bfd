using Microsoft.Extensions.Logging.Abstractions;
using Pool.Shared.Ethereum;
using Pool.Worker.Connection;

namespace Pool.Worker.Tests.Connection;

/// <summary>A worker with a fake transcoder that runs against a pool until the test is over.</summary>
internal sealed class WorkerUnderTest : IAsyncDisposable
{
    /// <summary>It waits at most so long before it dials again for the first time.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan s_longestWait = 16 * FirstWait;

    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly string _home = Directory.CreateTempSubdirectory("pool-worker-").FullName;
    private readonly AssignmentHttp _http;
    private Task<LinkEnd> _run = Task.FromResult<LinkEnd>(new LinkEnd.Left());

    private WorkerUnderTest(string pool, int sessions, TimeProvider time, string software)
    {
        Assert.True(PoolAddress.TryParse(pool, out var address, out _));
        Assert.True(Address.TryParse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", out var payee, out _));
        Identity = new WorkerIdentity(EthereumKey.Create(), payee, Transcoder.Device, Transcoder.Capabilities, sessions, software);
        _http = new AssignmentHttp(address, time, new Random(1));
        Receipts = ReceiptBook.Open(_home);
        Link = new PoolLink(
            address, Identity, Transcoder, _http, Receipts, new Backoff(FirstWait, s_longestWait, new Random(2)), time, Events, NullLoggerFactory.Instance);
    }

    /// <summary>What it was given receipts for.</summary>
    public ReceiptBook Receipts { get; }

    public FakeTranscoder Transcoder { get; } = new();

    public RecordedEvents Events { get; } = new();

    public WorkerIdentity Identity { get; }

    public PoolLink Link { get; }

    /// <summary>How the link ended.</summary>
    public Task<LinkEnd> End => _run.WaitAsync(Patience.Limit);

    public static WorkerUnderTest Start(FakePool pool, int sessions = 2, TimeProvider? time = null) => Start(pool.Address, sessions, time);

    public static WorkerUnderTest Start(string pool, int sessions = 2, TimeProvider? time = null)
    {
        var worker = new WorkerUnderTest(pool, sessions, time ?? TimeProvider.System, "pool-worker test");
        worker._run = worker.Link.RunAsync(worker._drain.Token, worker._stop.Token);
        return worker;
    }

    public void Drain() => _drain.Cancel();

    public void Stop() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _drain.CancelAsync();
        await End;
        _http.Dispose();
        Identity.NodeKey.Dispose();
        _drain.Dispose();
        _stop.Dispose();
        Directory.Delete(_home, recursive: true);
    }
}
