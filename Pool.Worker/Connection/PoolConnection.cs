using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pool.Shared.Contracts;

namespace Pool.Worker.Connection;

/// <summary>One connection to the pool's hub, from dialling to its loss. Assignments that came over it end with it.</summary>
internal sealed class PoolConnection : IAsyncDisposable
{
    /// <summary>A pool that says nothing for this long is lost. It pings every 15 s.</summary>
    public static readonly TimeSpan ServerSilence = TimeSpan.FromSeconds(30);

    /// <summary>How often the worker pings when it has nothing else to say.</summary>
    public static readonly TimeSpan Ping = TimeSpan.FromSeconds(15);

    private readonly HubConnection _hub;
    private readonly WebSocketConnectionFactory _sockets;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The pool may assign before the verdict of the join has been read here: such messages wait for the desk.
    private readonly TaskCompletionSource<AssignmentDesk> _desk = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ReceiptDesk> _receipts = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PoolConnection(PoolAddress pool, ILoggerFactory loggers)
    {
        _sockets = new WebSocketConnectionFactory(pool.Trust);
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(pool.WebSocketAt(WorkerLink.HubPath)));
        builder.Services.AddSingleton<IConnectionFactory>(_sockets);
        builder.Services.AddSingleton(loggers);
        _hub = builder.Build();
        _hub.ServerTimeout = ServerSilence;
        _hub.KeepAliveInterval = Ping;
        _hub.HandshakeTimeout = WorkerLink.JoinTimeout;
        _hub.Closed += OnClosedAsync;
        _hub.On<Assignment>(nameof(IWorkerClient.Assign), async assignment => (await HeardAsync(_desk)).Offer(assignment));
        _hub.On<Guid, string>(nameof(IWorkerClient.Cancel), async (id, reason) => (await HeardAsync(_desk)).Cancel(id, reason));
        _hub.On<SignedReceipt>(nameof(IWorkerClient.Receipt), async receipt => (await HeardAsync(_receipts)).Take(receipt));
        _hub.On(nameof(IWorkerClient.Probe), AnswerAsync);
    }

    /// <summary>The pool's signs of life: every message of it is one.</summary>
    public PoolPulse Pulse { get; } = new();

    /// <summary>Completes with the reason when the connection is lost.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Connects and joins. Every exception means that the pool could not be reached.</summary>
    public async Task<JoinOutcome> OpenAsync(JoinHandshake handshake, IReadOnlyList<Guid> held, CancellationToken cancellationToken)
    {
        await _hub.StartAsync(cancellationToken);
        return await handshake.RunAsync(_hub, held, cancellationToken);
    }

    /// <summary>From now on, and for what has come already, assignments go to <paramref name="desk"/> and receipts to <paramref name="receipts"/>.</summary>
    public void Serve(AssignmentDesk desk, ReceiptDesk receipts)
    {
        _desk.TrySetResult(desk);
        _receipts.TrySetResult(receipts);
    }

    /// <summary>Tells the pool how many segments the worker takes from now on.</summary>
    public Task SetCapacityAsync(int segments, CancellationToken cancellationToken) =>
        _hub.InvokeAsync(nameof(IWorkerHub.SetCapacity), segments, cancellationToken);

    /// <summary>Takes the connection for lost, though its socket looks open.</summary>
    public void GiveUp(string reason)
    {
        _lost.TrySetResult(reason);
        _sockets.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        _desk.TrySetCanceled();
        _receipts.TrySetCanceled();
        await _hub.DisposeAsync();
    }

    private Task AnswerAsync()
    {
        Pulse.Hear();
        return _hub.SendAsync(nameof(IWorkerHub.Alive));
    }

    private Task<T> HeardAsync<T>(TaskCompletionSource<T> receiver)
    {
        Pulse.Hear();
        return receiver.Task;
    }

    private Task OnClosedAsync(Exception? reason)
    {
        _desk.TrySetCanceled();
        _receipts.TrySetCanceled();
        _lost.TrySetResult(reason is null ? "the pool closed the connection" : Sentence.Of(reason));
        return Task.CompletedTask;
    }
}
