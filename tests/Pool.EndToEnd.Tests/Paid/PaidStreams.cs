using Pool.EndToEnd.Tests.Chaos;
using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Network;
using Pool.Gateway.Payments;
using Pool.Gateway.Streaming;
using Pool.Tests.Chain;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>A gateway's streams to a paid pool, with its wallet and the log of every ticket that it sends.</summary>
internal sealed class PaidStreams : IDisposable
{
    private readonly L1Clock _clock;
    private readonly OwnFunds _funds;
    private readonly TicketLog _log;
    private readonly CancellationTokenSource _end = new();
    private readonly OrchestratorClient _client;
    private readonly MoneyScene _scene;
    private List<PaidStream> _streams = [];

    public PaidStreams(MoneyScene scene)
    {
        _scene = scene;
        LogFile = Path.Combine(scene.Home, "tickets.jsonl");
        _log = new TicketLog(LogFile);
        _clock = new L1Clock(scene.Chain.Node.Url, TimeProvider.System);
        // Not disposed of: its key is everybody's.
        _funds = new OwnFunds(scene.Chain.Node.Url, scene.Chain.Contracts.TicketBroker.Address, DevAccounts.Gateway.Address, TimeProvider.System);
        Wallet = new GatewayWallet(DevAccounts.Gateway, _log, _clock, _funds);
        _client = new OrchestratorClient(scene.Orchestrator, GatewayRun.Needs(MoneyMedia.Profiles), Wallet);
    }

    /// <summary>The gateway's account.</summary>
    public GatewayWallet Wallet { get; }

    /// <summary>Where it writes down what it sends.</summary>
    public string LogFile { get; }

    /// <summary>Completes when all have ended.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>Segments that were answered so far.</summary>
    public int Answered => _streams.Sum(stream => stream.Answered);

    /// <summary>Segments that were not; to be read when they have ended.</summary>
    public IReadOnlyList<SentSegment> Failed => [.. _streams.SelectMany(stream => stream.Failed)];

    /// <summary>Waits until the server takes sessions of this gateway.</summary>
    public Task WaitForSessionsAsync() => Patience.UntilAsync("a server that takes sessions", async () =>
    {
        try
        {
            await _client.GetTermsAsync(NetworkTimes.Discovery, CancellationToken.None);
            return true;
        }
        catch (AttemptException)
        {
            return false;
        }
    });

    /// <summary>Begins.</summary>
    /// <param name="pauses">Of each stream, between an answer and the next segment.</param>
    /// <param name="moments">Whoever waits for their doings.</param>
    /// <param name="gate">Whether there is an orchestrator.</param>
    /// <param name="isHeld">Whether the chain stands still, and they with it.</param>
    public void Start(IReadOnlyList<TimeSpan> pauses, Moments moments, ServerGate gate, Func<bool> isHeld)
    {
        _streams = [.. pauses.Select((pause, number) => new PaidStream($"stream-{number}", _scene, Wallet, moments, gate, pause, isHeld))];
        Running = Task.WhenAll(_streams.Select(stream => stream.RunAsync(_end.Token)));
    }

    /// <summary>Waits for more answers than there are now.</summary>
    public Task WaitForAnswersAsync(int more)
    {
        var before = Answered;
        return Patience.UntilAsync($"{more} more answers", () => Task.FromResult(Answered >= before + more));
    }

    /// <summary>Ends them; segments in flight come to their end.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await Patience.ForAsync("the end of the streams", Running);
    }

    public void Dispose()
    {
        _streams.ForEach(stream => stream.Dispose());
        _end.Dispose();
        _clock.Dispose();
        _funds.Dispose();
        _log.Dispose();
    }
}
