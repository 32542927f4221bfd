using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Kit;

/// <summary>A test with a server of its own and a gateway that talks to it.</summary>
public abstract class ServerTest : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _workers = [];
    private readonly (string Key, string Value)[] _settings;
    private readonly Action<Microsoft.Extensions.DependencyInjection.IServiceCollection>? _replace;
    private RunningServer? _server;

    protected ServerTest(params (string Key, string Value)[] settings) => _settings = settings;

    /// <summary>A test with a server in which some parts are the test's.</summary>
    protected ServerTest(Action<Microsoft.Extensions.DependencyInjection.IServiceCollection> replace, params (string Key, string Value)[] settings) =>
        (_replace, _settings) = (replace, settings);

    private protected RunningServer Server => _server ?? throw new InvalidOperationException("The server is not started yet.");

    private protected TestGatewayClient Gateway => Server.Gateway;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync(_replace, _settings);

    public async Task DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>A worker that has joined and does what <paramref name="work"/> says with every segment; without it, the test does.</summary>
    private protected async Task<TestWorker> JoinAsync(
        Func<TestAssignment, Task>? work = null, int capacity = 2, Pool.Shared.Ethereum.EthereumKey? key = null) =>
        Keep(await TestWorker.JoinAsync(Server, key, capacity, work));

    /// <summary>A worker that answers every segment well.</summary>
    private protected Task<TestWorker> JoinGoodAsync(int capacity = 2) => JoinAsync(assignment => TestAssignment.AnswerAsync(assignment), capacity);

    /// <summary>A worker that is connected and has said nothing.</summary>
    private protected async Task<TestWorker> ConnectAsync(Pool.Shared.Ethereum.EthereumKey? key = null) => Keep(await TestWorker.ConnectAsync(Server, key));

    /// <summary>Sends segment 1 of a new session; completes with its whole answer.</summary>
    private protected async Task<(OrchestratorInfo Terms, Task<SegmentAnswer> Answer)> BeginSegmentAsync()
    {
        var terms = await Gateway.GetOrchestratorAsync();
        return (terms, Gateway.SegmentAsync(terms));
    }

    private protected Task<long> SegmentsAsync(string outcome) => Server.ScalarAsync($"SELECT count(*) FROM segments WHERE outcome = '{outcome}'");

    private protected Task<long> ContributionsAsync() => Server.ScalarAsync("SELECT count(*) FROM contributions");

    private TestWorker Keep(TestWorker worker)
    {
        _workers.Add(worker);
        return worker;
    }
}
