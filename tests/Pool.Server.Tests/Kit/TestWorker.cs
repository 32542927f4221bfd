using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Worker.Connection;

namespace Pool.Server.Tests.Kit;

/// <summary>
/// A worker as the pool sees one: the hub over a real WebSocket, bytes over real HTTP. What it does with a segment is the test's:
/// it takes each from <see cref="NextAssignmentAsync"/>, or lets <see cref="Work"/> do the same with all of them.
/// </summary>
internal sealed class TestWorker : IAsyncDisposable
{
    public const string Payee = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

    private readonly HubConnection _hub;
    private readonly BreakableConnectionFactory _socket = new();
    private readonly HttpClient _http;
    private readonly string _audience;
    private readonly ConcurrentDictionary<Guid, TestAssignment> _held = new();
    private readonly Channel<TestAssignment> _assignments = Channel.CreateUnbounded<TestAssignment>();
    private readonly Channel<SignedReceipt> _receipts = Channel.CreateUnbounded<SignedReceipt>();
    private readonly Channel<bool> _probes = Channel.CreateUnbounded<bool>();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TestWorker(Uri web, EthereumKey key, string path)
    {
        (Key, _audience) = (key, web.Authority);
        _http = new HttpClient { BaseAddress = web, Timeout = Patience.Limit };
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(new Uri($"ws://{web.Authority}{path}")));
        builder.Services.AddSingleton<IConnectionFactory>(_socket);
        _hub = builder.Build();
        _hub.Closed += _ =>
        {
            _closed.TrySetResult();
            return Task.CompletedTask;
        };
        _hub.On<Assignment>(nameof(IWorkerClient.Assign), Take);
        _hub.On<Guid, string>(nameof(IWorkerClient.Cancel), (id, _) => _held.GetValueOrDefault(id)?.Cancel());
        _hub.On<SignedReceipt>(nameof(IWorkerClient.Receipt), receipt => _receipts.Writer.TryWrite(receipt));
        _hub.On(nameof(IWorkerClient.Probe), TakeProbeAsync);
    }

    public EthereumKey Key { get; }

    /// <summary>The pool's id of this worker, once it has joined.</summary>
    public Guid Id { get; private set; }

    /// <summary>What it does with every segment by itself; null leaves them to <see cref="NextAssignmentAsync"/>.</summary>
    public Func<TestAssignment, Task>? Work { get; set; }

    /// <summary>It gives no sign of life, like one whose line is dead while its socket looks open.</summary>
    public bool IsMute { get; set; }

    /// <summary>Assignments it was given so far.</summary>
    public int Assigned => _held.Count;

    /// <summary>Completes when the connection has ended, whoever ended it.</summary>
    public Task Closed => _closed.Task.WaitAsync(Patience.Limit);

    /// <summary>Connects, and says nothing yet.</summary>
    public static Task<TestWorker> ConnectAsync(RunningServer server, EthereumKey? key = null) => ConnectAsync(server.Web, key);

    /// <summary>Connects to whatever server is there, and says nothing yet.</summary>
    public static async Task<TestWorker> ConnectAsync(Uri web, EthereumKey? key = null)
    {
        var worker = new TestWorker(web, key ?? EthereumKey.Create(), WorkerLink.HubPath);
        await worker._hub.StartAsync().WaitAsync(Patience.Limit);
        return worker;
    }

    /// <summary>Connects and joins.</summary>
    public static Task<TestWorker> JoinAsync(
        RunningServer server, EthereumKey? key = null, int capacity = 2, Func<TestAssignment, Task>? work = null, params IReadOnlyList<Guid> held) =>
        JoinAsync(server.Web, key, capacity, work, held);

    /// <summary>Connects to whatever server is there, and joins.</summary>
    public static async Task<TestWorker> JoinAsync(
        Uri web, EthereumKey? key = null, int capacity = 2, Func<TestAssignment, Task>? work = null, params IReadOnlyList<Guid> held)
    {
        var worker = await ConnectAsync(web, key);
        worker.Work = work;
        var welcome = await worker.HelloAsync();
        var verdict = await worker.JoinAsync(worker.Request(welcome.Nonce) with { WishedCapacity = capacity, Held = held });
        if (!verdict.Accepted)
        {
            throw new InvalidOperationException($"The pool refused: {verdict.Reason}");
        }

        worker.Id = verdict.WorkerId;
        return worker;
    }

    public Task<Welcome> HelloAsync(int version = WorkerLink.ProtocolVersion) =>
        _hub.InvokeAsync<Welcome>(nameof(IWorkerHub.Hello), new Hello(version, "test worker")).WaitAsync(Patience.Limit);

    public Task<JoinVerdict> JoinAsync(JoinRequest request) =>
        _hub.InvokeAsync<JoinVerdict>(nameof(IWorkerHub.Join), request).WaitAsync(Patience.Limit);

    public Task SetCapacityAsync(int segments) => _hub.InvokeAsync(nameof(IWorkerHub.SetCapacity), segments).WaitAsync(Patience.Limit);

    /// <summary>A good join over <paramref name="nonce"/>.</summary>
    public JoinRequest Request(string nonce, string? audience = null, string payee = Payee)
    {
        var nodeKey = Key.Address.ToString();
        var text = WorkerLink.JoinText(audience ?? _audience, nonce, nodeKey, payee);
        var signature = "0x" + Convert.ToHexStringLower(Key.Sign(System.Text.Encoding.UTF8.GetBytes(text)));
        return new JoinRequest(nodeKey, payee, signature, "cpu", TestJob.WorkerCapabilities, 2, []);
    }

    /// <summary>The next segment the pool gives it.</summary>
    public Task<TestAssignment> NextAssignmentAsync() => _assignments.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

    /// <summary>The next receipt the pool gives it.</summary>
    public Task<SignedReceipt> NextReceiptAsync() => _receipts.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

    /// <summary>Completes when the pool takes back, over this connection, what came over another.</summary>
    public Task ExpectCancel(TestAssignment assignment)
    {
        _held[assignment.Message.AssignmentId] = assignment;
        return assignment.Cancelled;
    }

    /// <summary>Times the pool has asked for a sign of life and nobody waited for it.</summary>
    public int Probes => _probes.Reader.Count;

    /// <summary>Waits until the pool has asked once more for a sign of life.</summary>
    public Task NextProbeAsync() => _probes.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

    /// <summary>Its connection breaks as when the process is killed: nothing is said.</summary>
    public void Die() => _socket.Break();

    /// <summary>Says goodbye and closes.</summary>
    public Task LeaveAsync() => _hub.StopAsync().WaitAsync(Patience.Limit);

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _http.Dispose();
    }

    private async Task TakeProbeAsync()
    {
        if (!IsMute)
        {
            await _hub.InvokeAsync(nameof(IWorkerHub.Alive));   // the pool has heard it before the test goes on
        }

        _probes.Writer.TryWrite(true);
    }

    private void Take(Assignment message)
    {
        var assignment = new TestAssignment(message, _http);
        _held[message.AssignmentId] = assignment;
        if (Work is { } work)
        {
            assignment.Working = work(assignment);
        }
        else
        {
            _assignments.Writer.TryWrite(assignment);
        }
    }
}

/// <summary>The worker's own WebSocket transport, with a way to break it.</summary>
internal sealed class BreakableConnectionFactory : IConnectionFactory
{
    private readonly WebSocketConnectionFactory _sockets = new(new PoolTrust());
    private ConnectionContext? _connection;

    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        _connection = await _sockets.ConnectAsync(endpoint, cancellationToken);

    public void Break() => _connection?.Abort();
}
