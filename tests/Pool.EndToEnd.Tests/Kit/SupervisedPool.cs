using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Pool.EndToEnd.Tests.Clients;
using Pool.Tests.Kit;

namespace Pool.EndToEnd.Tests.Kit;

/// <summary>A node as <c>./pool up --with-worker</c> keeps it: the script's supervisor over a server and a worker, all processes of their own.</summary>
internal sealed class SupervisedPool : IAsyncDisposable
{
    private const string Server = "server";
    private const string Worker = "worker";

    private readonly string _home = Directory.CreateTempSubdirectory("pool-kill-").FullName;
    private readonly HttpClient _client = new() { Timeout = Patience.Limit };
    private readonly TestDatabase _database;
    private readonly int _webPort = FreePort.Next();
    private RunningProgram? _supervisor;

    private SupervisedPool(TestDatabase database)
    {
        _database = database;
        Orchestrator = new Uri($"https://127.0.0.1:{FreePort.Next()}");
    }

    /// <summary>Where gateways reach it.</summary>
    public Uri Orchestrator { get; }

    /// <summary>Starts it and waits until its supervisor says that it is ready.</summary>
    public static async Task<SupervisedPool> StartAsync()
    {
        var pool = new SupervisedPool(await TestDatabase.CreateAsync());
        try
        {
            await pool.BeginAsync();
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    /// <summary>Process of the server now; 0 while there is none.</summary>
    public int ServerProcess => ProcessOf(Server);

    /// <summary>A number from its database.</summary>
    public Task<long> ScalarAsync(string sql) => _database.ScalarAsync(sql);

    /// <summary>The server ends as if the power had gone.</summary>
    public Task KillServerAsync() => Signals.SendAsync("KILL", ServerProcess);

    /// <summary>The worker stands still, and holds what it has.</summary>
    public Task FreezeWorkerAsync() => Signals.SendAsync("STOP", ProcessOf(Worker));

    /// <summary>The worker goes on.</summary>
    public Task ThawWorkerAsync() => Signals.SendAsync("CONT", ProcessOf(Worker));

    /// <summary>Waits until a connected worker has a segment in hand, by the server's own account.</summary>
    public Task WaitForWorkInHandAsync() => Patience.UntilAsync(
        "a worker with a segment in hand", () => HasWorkerAsync(worker => (int?)worker["inFlight"] > 0));

    /// <summary>Waits until another server process than this answers and its worker is back.</summary>
    public Task WaitUntilBackAsync(int killed) => Patience.UntilAsync(
        $"a new server with its worker; the supervisor's log: {Log("supervisor")}",
        async () => ServerProcess is not 0 and var now && now != killed && await HasWorkerAsync(worker => (bool?)worker["connected"] == true));

    public async ValueTask DisposeAsync()
    {
        if (_supervisor is not null)
        {
            await _supervisor.StopAsync();
            await _supervisor.DisposeAsync();
        }

        _client.Dispose();
        await _database.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private async Task BeginAsync()
    {
        // "up" copies the programs there; the tests' own build lies still anyway.
        Directory.CreateDirectory(Path.Combine(_home, "app"));
        Directory.CreateDirectory(Path.Combine(_home, "run"));
        Directory.CreateDirectory(Path.Combine(_home, "log"));
        foreach (var program in new[] { Server, Worker })
        {
            Directory.CreateSymbolicLink(Path.Combine(_home, "app", program), AppContext.BaseDirectory.TrimEnd('/'));
        }

        // Its one worker is to have places for two sessions, whatever the machine could sustain.
        _supervisor = RunningProgram.Start(
            "bash", [Path.Combine(Repository.Root, "pool"), "supervise", "--with-worker"],
            [
                ("POOL_HOME", _home), ("POOL_NETWORK_ADDRESS", "127.0.0.1"), ("POOL_NETWORK_PORT", Orchestrator.Port.ToString()),
                ("POOL_WEB_PORT", _webPort.ToString()), ("POOL_DATABASE", _database.Connection), ("POOL_PAYOUT_ADDRESS", RunningPool.Payee),
                .. UnmeasuredWorkers.Variables,
            ]);
        await Patience.UntilAsync(
            "a supervisor that says it is ready", () => Task.FromResult(
                _supervisor.HasEnded ? throw new InvalidOperationException($"The supervisor ended: {_supervisor.Said} {Log(Server)}") : State() == "ready"));
    }

    private string State() => File.Exists(Path.Combine(_home, "run", "state")) ? File.ReadAllText(Path.Combine(_home, "run", "state")).Trim() : "";

    private string Log(string name) => File.Exists(Path.Combine(_home, "log", $"{name}.log")) ? File.ReadAllText(Path.Combine(_home, "log", $"{name}.log")) : _supervisor?.Said ?? "";

    /// <summary>The supervisor's record of a process begins with its number.</summary>
    private int ProcessOf(string name)
    {
        var record = Path.Combine(_home, "run", $"{name}.pid");
        try
        {
            return int.TryParse(File.ReadAllText(record).Split(' ')[0], out var process) ? process : 0;
        }
        catch (FileNotFoundException)
        {
            return 0;   // between its death and its next start
        }
    }

    private async Task<bool> HasWorkerAsync(Func<JsonNode, bool> isSo)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{_webPort}/operator/status");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(_home, Server, "operator.token"))).Trim());
        try
        {
            using var answer = await _client.SendAsync(request);
            return answer.IsSuccessStatusCode
                && JsonNode.Parse(await answer.Content.ReadAsStringAsync())?["workers"] is JsonArray workers && workers.Any(worker => worker is not null && isSo(worker));
        }
        catch (HttpRequestException)
        {
            return false;   // nobody is there just now
        }
    }
}
