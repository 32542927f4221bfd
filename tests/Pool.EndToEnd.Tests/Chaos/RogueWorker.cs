using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Pool.EndToEnd.Tests.Kit;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Worker.Connection;

namespace Pool.EndToEnd.Tests.Chaos;

/// <summary>A worker that joins like any other, gives signs of life, and does something else than it should with its segments.</summary>
internal sealed class RogueWorker : IAsyncDisposable
{
    /// <summary>What a CPU worker can do.</summary>
    private static readonly int[] s_capabilities = [0, 1, 2, 26];

    private readonly HubConnection _hub;
    private readonly HttpClient _http;
    private readonly EthereumKey _key = EthereumKey.Create();
    private readonly CancellationTokenSource _gone = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<RogueAssignment, CancellationToken, Task> _deed;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RogueWorker(PoolAddress pool, Func<RogueAssignment, CancellationToken, Task> deed)
    {
        _deed = deed;
        _http = new HttpClient { BaseAddress = new Uri(pool.ToString()), Timeout = Patience.Limit };
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(pool.WebSocketAt(WorkerLink.HubPath)));
        builder.Services.AddSingleton<IConnectionFactory>(new WebSocketConnectionFactory(pool.Trust));
        _hub = builder.Build();
        _hub.Closed += _ =>
        {
            _closed.TrySetResult();
            return Task.CompletedTask;
        };
        _hub.On<Assignment>(nameof(IWorkerClient.Assign), assignment => { _ = DoAsync(assignment); });   // what it does must not keep it from giving signs of life
        _hub.On<Guid, string>(nameof(IWorkerClient.Cancel), (_, _) => { });
        _hub.On(nameof(IWorkerClient.Probe), () => _hub.SendAsync(nameof(IWorkerHub.Alive)));
    }

    /// <summary>Completes when it has done what it does with a segment, whatever came of it.</summary>
    public Task Done => _done.Task;

    /// <summary>Completes when its connection has ended.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Connects and joins; null when the pool is not there just now.</summary>
    public static async Task<RogueWorker?> TryJoinAsync(int webPort, Func<RogueAssignment, CancellationToken, Task> deed)
    {
        Assert.True(PoolAddress.TryParse($"http://127.0.0.1:{webPort}", out var pool, out _));
        Assert.True(Address.TryParse(RunningPool.Payee, out var payee, out _));
        var rogue = new RogueWorker(pool, deed);
        try
        {
            var identity = new WorkerIdentity(rogue._key, payee, "cpu", s_capabilities, WishedCapacity: 1, "rogue");
            await rogue._hub.StartAsync().WaitAsync(Patience.Limit);
            Assert.IsType<JoinOutcome.Accepted>(await new JoinHandshake(pool, identity).RunAsync(rogue._hub, [], CancellationToken.None).WaitAsync(Patience.Limit));
            return rogue;
        }
        catch (Exception away) when (away is not Xunit.Sdk.XunitException)
        {
            await rogue.DisposeAsync();
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _hub.DisposeAsync();
        _http.Dispose();
        _key.Dispose();
    }

    private async Task DoAsync(Assignment message)
    {
        try
        {
            await _deed(new RogueAssignment(message, _http), _gone.Token);
        }
        catch (Exception end) when (end is HttpRequestException or OperationCanceledException or IOException)
        {
            // The pool was killed, or it gave the segment to somebody else and closed its paths.
        }

        _done.TrySetResult();
    }
}
