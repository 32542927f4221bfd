using System.Text.Json;
using Npgsql;
using Pool.EndToEnd.Tests.Kit;
using Pool.Server.Admin;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;
using Pool.Tests.Chain;
using Pool.Tests.Kit;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>A paid pool of processes: Postgres, a local chain with Livepeer's contracts, the signer, the server, which may be killed, and a worker.</summary>
internal sealed class MoneyScene : IAsyncDisposable
{
    /// <summary>A round and the pauses of the pool in it: a redemption that came too late for a round is tried again after a while.</summary>
    public static readonly TimeSpan LongestRound = TimeSpan.FromMinutes(4);

    /// <summary>Blocks on top of one that stays.</summary>
    public const ulong Finality = 2;

    /// <summary>What a pixel costs, in wei: a segment is a little less than a ticket, and half of the tickets win.</summary>
    private const string PricePerPixel = "400000";

    private const string TicketValue = "400000000000";
    private const string FaceValue = "800000000000";

    private const string Open = """
        SELECT (SELECT count(*) FROM winning_tickets WHERE state IN ('won', 'redeeming')) + (SELECT count(*) FROM tx_intents WHERE state NOT IN ('done', 'reverted', 'refused'))
        """;

    private static readonly Wei s_funds = Wei.OneEth * 10;

    private readonly int _network = FreePort.Next();
    private readonly int _web = FreePort.Next();
    private readonly PrivatePostgres _postgres;
    private RunningProgram? _signer;
    private ReadyWorker? _worker;
    private KeptProgram? _server;

    private MoneyScene(PrivatePostgres postgres, LocalChain chain)
    {
        (_postgres, Chain) = (postgres, chain);
        NodeLine = new LossyLine(chain.Node.Url.Port, TimeSpan.Zero);
    }

    /// <summary>The orchestrator's key; the signer has it, and nobody else of the pool.</summary>
    public static EthereumKey Key => DevAccounts.Orchestrator;

    /// <summary>The chain.</summary>
    public LocalChain Chain { get; }

    /// <summary>The server's line to its node.</summary>
    public LossyLine NodeLine { get; }

    /// <summary>What is streamed.</summary>
    public MoneyMedia Media { get; private set; } = null!;   // set before anybody has the scene

    /// <summary>How the pool's database is reached.</summary>
    public string Database => _postgres.Connection;

    /// <summary>Where gateways reach it.</summary>
    public Uri Orchestrator => new($"https://127.0.0.1:{_network}");

    /// <summary>The server.</summary>
    public KeptProgram Server => _server ?? throw new InvalidOperationException("StartAsync comes first.");

    /// <summary>Folder for whatever else the test needs.</summary>
    public string Home { get; } = Directory.CreateTempSubdirectory("pool-money-").FullName;

    /// <summary>Transactions that the orchestrator's account had sent before the pool sent any.</summary>
    public ulong FirstNonce { get; private set; }

    /// <summary>The secret that recipient rands are made with.</summary>
    public byte[] TicketSecret => File.ReadAllBytes(Path.Combine(ServerHome, "server", "tickets.secret"));

    /// <summary>What the programs said last, for the message of a failure.</summary>
    public string Story => $"SERVER\n{_server?.Story}\n\nSIGNER\n{_signer?.Said}\n\nWORKER\n{_worker?.Said}\n\nPOSTGRES\n{_postgres.Story}";

    private string ServerHome => Path.Combine(Home, "server");

    /// <summary>Starts everything: the orchestrator is registered and active, the gateway is funded. Blocks are mined by whoever asks for them from now on.</summary>
    public static async Task<MoneyScene> StartAsync()
    {
        var postgres = await PrivatePostgres.StartAsync();
        var scene = new MoneyScene(postgres, await LocalChain.StartAsync());
        try
        {
            await scene.BeginAsync();
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>kill -9 of the server, which is started again at once.</summary>
    public Task KillServerAsync() => Server.KillAsync(TimeSpan.Zero);

    /// <summary>Waits until every winner and every order of the pool has come to its end.</summary>
    public async Task WaitForNothingOpenAsync(ReluctantMiner miner)
    {
        await using var database = NpgsqlDataSource.Create(Database);
        await Patience.UntilAsync("the end of every winner and every order", LongestRound, async () =>
        {
            if (miner.Running.IsCompleted)
            {
                await miner.Running;
            }

            return await database.ScalarAsync(Open) == 0;
        });
    }

    /// <summary>Waits for something, and says what the programs said if it does not come.</summary>
    public async Task ToldAsync(ReluctantMiner miner, Task task)
    {
        try
        {
            await task;
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{miner.Story}\n{Story}", late);
        }
    }

    /// <summary>Proves the ledger by the operator's own command.</summary>
    /// <returns>What it says, as JSON.</returns>
    public async Task<JsonDocument> CheckLedgerAsync()
    {
        var run = await ProgramRun.RunAsync(
            "env", [$"POOL_HOME={ServerHome}", $"POOL_DATABASE={Database}", "dotnet", Path.Combine(AppContext.BaseDirectory, "pool-server.dll"), "ledger", "check", "--json"]);
        Assert.True(run.ExitCode is 0 or 2, $"{run.Errors}{run.Output}");
        return JsonDocument.Parse(run.Output);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in new IAsyncDisposable?[] { _worker, _server, _signer, NodeLine, _postgres, Chain })
        {
            if (program is not null)
            {
                await program.DisposeAsync();
            }
        }

        Directory.Delete(Home, recursive: true);
    }

    private async Task BeginAsync()
    {
        await Chain.RegisterOrchestratorAsync(Key, LptWei.OneLpt * 10_000, 100_000, 500_000, Orchestrator.ToString());
        await Chain.FundGatewayAsync(DevAccounts.Gateway, s_funds, s_funds);
        await Chain.NextRoundAsync();
        await Chain.Node.MineAsync(Finality + 1);
        FirstNonce = await Chain.Rpc.TransactionCountAsync(Key.Address, Pool.Server.Chain.Rpc.BlockTag.Latest, CancellationToken.None);
        await Chain.Node.SetAutomineAsync(false);
        var signer = new SignerHome(Path.Combine(Home, "signer"), Chain);
        _signer = await signer.StartAsync(Key);
        Directory.CreateDirectory(ServerHome);
        await File.WriteAllTextAsync(Path.Combine(ServerHome, "pool.json"), Settings(signer.Socket));
        _server = new KeptProgram(StartServer);
        Media = await MoneyMedia.MakeAsync(Home);
        await WaitForServerAsync();
        _worker = ReadyWorker.Dial(_web, Path.Combine(Home, "worker"), Media.Worker);
    }

    /// <summary>A worker's first call must be answered: it takes the address for wrong otherwise.</summary>
    private async Task WaitForServerAsync()
    {
        using var http = new HttpClient();
        await Patience.UntilAsync("a server that answers", async () =>
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{_web}{AdminRoom.HealthPath}"));
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    private RunningProgram StartServer() => RunningProgram.Start(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "pool-server.dll"), "run"],
        ("POOL_HOME", ServerHome), ("POOL_DATABASE", Database), ("POOL_NETWORK_ADDRESS", "127.0.0.1"), ("POOL_NETWORK_PORT", $"{_network}"), ("POOL_WEB_PORT", $"{_web}"));

    /// <summary>Settings of the operator; the outbox sends again what the node has forgotten sooner than on a chain with slower blocks.</summary>
    private string Settings(string socket) => JsonSerializer.Serialize(new
    {
        chain = new
        {
            network = "local",
            rpcUrls = new[] { $"http://127.0.0.1:{NodeLine.Port}" },
            chainId = AnvilNode.ChainId,
            controller = Chain.Contracts.Controller.Address.ToString(),
            finality = $"{Finality}",
            pollInterval = "00:00:00.050",
        },
        signing = new { socket },
        tickets = new { pricePerUnit = PricePerPixel, ticketEv = TicketValue, maxFaceValue = FaceValue, redeemGas = "350000" },
        rounds = new { initialize = true, initializeMaxDelay = "00:00:00" },
        outbox = new { resendAfter = "00:00:02" },
        workers = new { joiningBenchmark = false, startCapacity = 8 },   // its worker has the renditions of what is streamed and no codecs
    });
}
