using Pool.EndToEnd.Tests.Kit;
using Pool.Tests.Kit;

namespace Pool.EndToEnd.Tests.Chaos;

/// <summary>A pool of processes that may all be killed: Postgres, the server, three workers, each of these at the end of a long line.</summary>
internal sealed class ChaosScene : IAsyncDisposable
{
    /// <summary>Workers that do what they should.</summary>
    public const int Workers = 3;

    private const string SessionsOfWorker = "6";

    /// <summary>A home's line to a far pool: a segment is in hand for a good part of its time, though its work is small.</summary>
    private static readonly TimeSpan s_line = TimeSpan.FromMilliseconds(50);

    private readonly string _home = Directory.CreateTempSubdirectory("pool-chaos-").FullName;
    private readonly int _network = FreePort.Next();

    private ChaosScene(PrivatePostgres postgres)
    {
        Postgres = postgres;
        Server = new KeptProgram(StartServer);
        Lines = [.. Enumerable.Range(0, Workers).Select(_ => new LossyLine(WebPort, s_line))];
        Worker = [.. Enumerable.Range(0, Workers).Select(number => new KeptProgram(() => StartWorker(number)))];
    }

    public PrivatePostgres Postgres { get; }

    public KeptProgram Server { get; }

    /// <summary>The workers, each with the line of the same number.</summary>
    public IReadOnlyList<KeptProgram> Worker { get; }

    public IReadOnlyList<LossyLine> Lines { get; }

    /// <summary>Where gateways reach it.</summary>
    public Uri Orchestrator => new($"https://127.0.0.1:{_network}");

    /// <summary>Where workers reach it that have no line of ours.</summary>
    public int WebPort { get; } = FreePort.Next();

    /// <summary>Folder for whatever else the test needs.</summary>
    public string Home => _home;

    /// <summary>What the programs said last, for the message of a failure.</summary>
    public string Story => string.Join("\n\n", [$"SERVER\n{Server.Story}", $"POSTGRES\n{Postgres.Story}", .. Worker.Select((worker, number) => $"WORKER {number}\n{worker.Story}")]);

    /// <summary>Starts everything, and waits for the workers.</summary>
    public static async Task<ChaosScene> StartAsync()
    {
        var scene = new ChaosScene(await PrivatePostgres.StartAsync());
        try
        {
            foreach (var number in Enumerable.Range(0, Workers))
            {
                await scene.WaitForWorkerAsync(number, starts: 0);
            }

            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until a worker that was started more than so often has joined.</summary>
    public Task WaitForWorkerAsync(int number, int starts) => Patience.UntilAsync(
        $"worker {number} in the pool", () => Task.FromResult(Worker[number].Starts > starts && Worker[number].Said.Contains("joined as worker", StringComparison.Ordinal)));

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in Worker)
        {
            await worker.DisposeAsync();
        }

        foreach (var line in Lines)
        {
            await line.DisposeAsync();
        }

        await Server.DisposeAsync();
        await Postgres.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    /// <summary>Without the clip of joining workers: what rogues do wrong, they are to do to streams.</summary>
    private RunningProgram StartServer() => RunningProgram.Start(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "pool-server.dll"), "run"],
        [
            ("POOL_HOME", Path.Combine(_home, "server")), ("POOL_DATABASE", Postgres.Connection), ("POOL_NETWORK_ADDRESS", "127.0.0.1"),
            ("POOL_NETWORK_PORT", $"{_network}"), ("POOL_WEB_PORT", $"{WebPort}"), .. UnmeasuredWorkers.Variables,
        ]);

    private RunningProgram StartWorker(int number) => RunningProgram.Start("dotnet",
    [
        Path.Combine(AppContext.BaseDirectory, "pool-worker.dll"), "run", "--pool", $"http://127.0.0.1:{Lines[number].Port}", "--payout", RunningPool.Payee,
        "--home", Path.Combine(_home, $"worker-{number}"), "--sessions", SessionsOfWorker,
    ]);
}
