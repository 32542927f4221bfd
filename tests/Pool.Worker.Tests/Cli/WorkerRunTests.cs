using Pool.Shared.Contracts;
using Pool.Worker.Cli;
using Pool.Worker.Connection;
using Pool.Worker.Tests.Connection;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Host;

namespace Pool.Worker.Tests.Cli;

public sealed class WorkerRunTests : IDisposable
{
    private const string Payee = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    private readonly string _home = Path.Combine(Path.GetTempPath(), $"pool-worker-{Guid.NewGuid():N}");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly FakeTranscoder _transcoder = new();

    public void Dispose()
    {
        if (Directory.Exists(_home))
        {
            Directory.Delete(_home, recursive: true);
        }

        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task A_pool_that_is_not_there_gets_one_line_and_the_transcoder_is_stopped()
    {
        var pool = await FakePool.StartAsync();
        await pool.DisposeAsync();

        var exit = await RunAsync(pool.Address);

        Assert.Equal(1, exit);
        Assert.StartsWith($"pool-worker: Cannot reach the pool at {pool.Address}: ", _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString().TrimEnd().Split('\n'));
        Assert.True(_transcoder.IsDisposed);
        Assert.Matches($@"^\d\d:\d\d:\d\d node key 0x[0-9a-fA-F]{{40}}, payee {Payee}, pool {pool.Address}, device cpu, up to 3 segments at once\s*$", _output.ToString());
    }

    [Fact]
    public async Task A_refusal_is_shown_as_the_pools_sentence()
    {
        await using var pool = await FakePool.StartAsync();
        pool.Verdict = _ => new JoinVerdict(false, Guid.Empty, "The node key's signature does not fit.", 0);

        var exit = await RunAsync(pool.Address);

        Assert.Equal(1, exit);
        Assert.Equal($"pool-worker: The pool at {pool.Address} refused this worker: The node key's signature does not fit.", _error.ToString().TrimEnd());
        Assert.True(_transcoder.IsDisposed);
    }

    [Fact]
    public async Task A_second_worker_in_the_same_home_is_told_so()
    {
        using var first = WorkerHome.Open(_home);

        var exit = await RunAsync("http://127.0.0.1:1");

        Assert.Equal(1, exit);
        Assert.StartsWith("pool-worker: Another pool-worker is running with the home folder", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_cannot_transcode_is_explained_in_the_hosts_words()
    {
        var commands = Commands((_, _, _, _) => throw new TranscodeHostException("FFmpeg 99 is not known; this version can use 59."));

        var exit = await commands.RunAsync(["run", "--pool", "http://127.0.0.1:1", "--payout", Payee, "--home", _home]);

        Assert.Equal(1, exit);
        Assert.Equal("pool-worker: FFmpeg 99 is not known; this version can use 59.", _error.ToString().TrimEnd());
    }

    private WorkerCommands Commands(TranscoderStart start) =>
        new(start, _output, _error, TimeProvider.System);

    private Task<int> RunAsync(string pool) => Commands((_, _, _, _) => Task.FromResult<ITranscoder>(_transcoder))
        .RunAsync(["run", "--pool", pool, "--payout", Payee, "--home", _home, "--sessions", "3"]);
}
