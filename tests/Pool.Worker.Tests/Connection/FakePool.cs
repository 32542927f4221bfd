using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Shared.Media;

namespace Pool.Worker.Tests.Connection;

/// <summary>A small pool that speaks the worker link's contracts over real sockets.</summary>
internal sealed class FakePool : IAsyncDisposable
{
    private readonly Channel<FakeWorker> _joins = Channel.CreateUnbounded<FakeWorker>();
    private WebApplication? _app;

    private FakePool()
    {
    }

    /// <summary>Path prefix the pool lives under, as behind a reverse proxy.</summary>
    public string Prefix { get; private init; } = "";

    public int Port { get; private set; }

    public string Address => $"http://127.0.0.1:{Port}{Prefix}";

    public Func<Hello, string, Welcome> Welcome { get; set; } = (_, nonce) => new Welcome(WorkerLink.ProtocolVersion, nonce, null);

    public Func<JoinRequest, JoinVerdict> Verdict { get; set; } = request => new JoinVerdict(true, Guid.NewGuid(), null, request.WishedCapacity) { ReceiptKey = ReceiptKey.Address.ToString() };

    /// <summary>The key that signs its receipts.</summary>
    public static EthereumKey ReceiptKey { get; } = EthereumKey.Create();

    /// <summary>Runs inside the hub's Join, before the verdict is on its way.</summary>
    public Func<FakeWorker, Task> BeforeVerdict { get; set; } = _ => Task.CompletedTask;

    public ConcurrentDictionary<Guid, FakeAssignment> Assignments { get; } = new();

    public ConcurrentQueue<FakeWorker> Hellos { get; } = new();

    public static async Task<FakePool> StartAsync(int port = 0, string prefix = "")
    {
        var pool = new FakePool { Prefix = prefix };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Services.AddSingleton(pool);
        builder.Services.AddSignalR();
        var app = builder.Build();
        app.UsePathBase(prefix);
        app.UseRouting();
        app.MapHub<FakeHub>(WorkerLink.HubPath, hub => hub.Transports = HttpTransportType.WebSockets);
        app.MapAssignments(pool);
        await app.StartAsync();
        var listening = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        pool.Port = new Uri(listening).Port;
        pool._app = app;
        return pool;
    }

    /// <summary>The next worker that was let in.</summary>
    public Task<FakeWorker> NextJoinAsync() => _joins.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

    /// <summary>Sends a segment to a worker.</summary>
    public async Task<FakeAssignment> AssignAsync(
        FakeWorker worker, byte[]? segment = null, int renditions = 1, TimeSpan? deadline = null, Action<FakeAssignment>? before = null)
    {
        var assignment = FakeAssignment.Create(segment ?? Segment(1000), renditions, deadline ?? TimeSpan.FromMinutes(1));
        before?.Invoke(assignment);
        Assignments[assignment.Message.AssignmentId] = assignment;
        await worker.Client.Assign(assignment.Message);
        return assignment;
    }

    /// <summary>Bytes that are the same every time and nowhere all alike.</summary>
    public static byte[] Segment(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            using var atOnce = new CancellationTokenSource();
            await atOnce.CancelAsync();
            await _app.StopAsync(atOnce.Token);
            await _app.DisposeAsync();
        }
    }

    internal void Enter(FakeWorker worker) => _joins.Writer.TryWrite(worker);
}

/// <summary>A connection of a worker, as the pool sees it.</summary>
internal sealed class FakeWorker(IWorkerClient client, HubCallerContext context)
{
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _alive = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<int> _capacities = Channel.CreateUnbounded<int>();

    public IWorkerClient Client { get; } = client;

    public string Nonce { get; } = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(WorkerLink.SecretBytes));

    public string Audience { get; set; } = "";

    public JoinRequest? Request { get; set; }

    public Task Gone => _gone.Task.WaitAsync(Patience.Limit);

    public void Drop() => context.Abort();

    public Task<int> NextCapacityAsync() => _capacities.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

    internal void Leave() => _gone.TrySetResult();

    internal void SetCapacity(int segments) => _capacities.Writer.TryWrite(segments);

    /// <summary>Completes when the worker has given a sign of life.</summary>
    public Task Alive => _alive.Task.WaitAsync(Patience.Limit);

    internal void MarkAlive() => _alive.TrySetResult();
}

internal sealed class FakeHub(FakePool pool, IHubContext<FakeHub, IWorkerClient> outside) : Hub<IWorkerClient>, IWorkerHub
{
    private FakeWorker Worker => (FakeWorker)Context.Items[nameof(FakeWorker)]!;

    public override Task OnConnectedAsync()
    {
        Context.Items[nameof(FakeWorker)] = new FakeWorker(outside.Clients.Client(Context.ConnectionId), Context)
        {
            Audience = Context.GetHttpContext()!.Request.Host.Value!,
        };
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        Worker.Leave();
        return Task.CompletedTask;
    }

    public Task<Welcome> Hello(Hello hello)
    {
        pool.Hellos.Enqueue(Worker);
        return Task.FromResult(pool.Welcome(hello, Worker.Nonce));
    }

    public async Task<JoinVerdict> Join(JoinRequest request)
    {
        Worker.Request = request;
        var verdict = pool.Verdict(request);
        if (verdict.Accepted)
        {
            await pool.BeforeVerdict(Worker);
            pool.Enter(Worker);
        }

        return verdict;
    }

    public Task SetCapacity(int segments)
    {
        Worker.SetCapacity(segments);
        return Task.CompletedTask;
    }

    public Task Alive()
    {
        Worker.MarkAlive();
        return Task.CompletedTask;
    }
}
