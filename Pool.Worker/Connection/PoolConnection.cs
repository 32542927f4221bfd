using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pool.Shared.Contracts;

namespace Pool.Worker.Connection;

/// <summary>One connection to the pool's hub, from dialling to its end. A new one is made for every reconnect.</summary>
internal sealed class PoolConnection : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PoolConnection(HubConnection hub)
    {
        _hub = hub;
        hub.Closed += reason =>
        {
            _ended.TrySetResult(reason?.Message ?? "the pool closed the connection");
            return Task.CompletedTask;
        };
    }

    /// <summary>Completes with the reason when the connection is over.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Dials the pool. Messages go to <paramref name="onAssign"/> and <paramref name="onCancel"/>, which must not block.</summary>
    public static async Task<PoolConnection> DialAsync(
        Uri pool, Action<Assignment> onAssign, Action<Guid, string> onCancel, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<IConnectionFactory, WebSocketConnectionFactory>();
        builder.Services.AddSingleton<System.Net.EndPoint>(new HubEndPoint(Under(pool, WorkerLink.HubPath)));
        builder.Services.AddSingleton(loggers);
        var hub = builder.Build();
        hub.On(nameof(IWorkerClient.Assign), onAssign);
        hub.On(nameof(IWorkerClient.Cancel), onCancel);
        var connection = new PoolConnection(hub);
        try
        {
            await hub.StartAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A path of the pool, under whatever path its address has.</summary>
    public static Uri Under(Uri pool, string path) => new($"{pool.GetLeftPart(UriPartial.Path).TrimEnd('/')}{path}");

    public Task<Welcome> HelloAsync(Hello hello, CancellationToken cancellationToken) =>
        _hub.InvokeAsync<Welcome>(nameof(IWorkerHub.Hello), hello, cancellationToken);

    public Task<JoinVerdict> JoinAsync(JoinRequest request, CancellationToken cancellationToken) =>
        _hub.InvokeAsync<JoinVerdict>(nameof(IWorkerHub.Join), request, cancellationToken);

    public Task SetCapacityAsync(int segments, CancellationToken cancellationToken) =>
        _hub.InvokeAsync(nameof(IWorkerHub.SetCapacity), segments, cancellationToken);

    public ValueTask DisposeAsync() => _hub.DisposeAsync();
}
