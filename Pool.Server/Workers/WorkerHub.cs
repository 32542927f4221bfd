using System.Security.Cryptography;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Pool.Shared.Contracts;

namespace Pool.Server.Workers;

/// <summary>The hub workers connect to. Control messages only; <c>docs/protocol.md</c> is normative.</summary>
internal sealed partial class WorkerHub(
    WorkerRegistry registry,
    WorkerBook book,
    WorkerRecords records,
    IWorkerLeases leases,
    IJoiningBenchmark benchmark,
    JoinDeadlines deadlines,
    ReceiptSender receipts,
    IHubContext<WorkerHub, IWorkerClient> outside,
    IOptions<WorkersOptions> options,
    ILogger<WorkerHub> logger) : Hub<IWorkerClient>, IWorkerHub
{
    private const string StateKey = "worker";
    private const int MaxSoftwareLength = 200;

    private enum Step
    {
        Connected,
        Welcomed,
        Answered,
        Joined,
    }

    /// <summary>What this connection has said so far. Calls of one connection come one at a time.</summary>
    private sealed class LinkState
    {
        public Step Step { get; set; }

        public string Nonce { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(WorkerLink.SecretBytes));

        public string Software { get; set; } = "";

        public ConnectedWorker? Worker { get; set; }
    }

    private LinkState State => (LinkState)Context.Items[StateKey]!;   // set when the connection began

    public override Task OnConnectedAsync()
    {
        var state = new LinkState();
        Context.Items[StateKey] = state;
        if (!deadlines.TryBegin(Context, () => state.Step == Step.Joined))
        {
            LogFull(options.Value.MaxConnections);
            Context.Abort();
        }

        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        deadlines.End(Context.ConnectionId);
        if (State.Worker is { } worker)
        {
            registry.Remove(worker);
            LogLeft(worker.Identity.NodeKey.ToString(), exception?.Message ?? "closed");
        }

        return Task.CompletedTask;
    }

    public Task<Welcome> Hello(Hello hello)
    {
        if (State.Step != Step.Connected)
        {
            throw new HubException("Hello is the first call of a connection, and only once.");
        }

        State.Step = Step.Answered;
        if (hello.ProtocolVersion != WorkerLink.ProtocolVersion)
        {
            var newer = hello.ProtocolVersion > WorkerLink.ProtocolVersion;
            return Task.FromResult(new Welcome(WorkerLink.ProtocolVersion, "",
                $"This pool speaks version {WorkerLink.ProtocolVersion} of the worker link, this worker speaks {hello.ProtocolVersion}: "
                + (newer ? "the pool must be updated, or use an older worker." : "update the worker.")));
        }

        State.Software = hello.Software is { Length: > 0 and <= MaxSoftwareLength } software && !software.Contains('\0') ? software : "unknown";
        State.Step = Step.Welcomed;
        return Task.FromResult(new Welcome(WorkerLink.ProtocolVersion, State.Nonce, null));
    }

    public async Task<JoinVerdict> Join(JoinRequest request)
    {
        if (State.Step != Step.Welcomed)
        {
            throw new HubException("Join is the call after Hello, and only once.");
        }

        // Whatever comes of it, the nonce is spent.
        State.Step = Step.Answered;
        var audience = Context.GetHttpContext()?.Request.Host.Value ?? "";
        if (!JoinCheck.TryProve(request, audience, State.Nonce, out var proven, out var refusal))
        {
            LogRefused(refusal);
            return new JoinVerdict(false, Guid.Empty, refusal, 0);
        }

        var (id, kept) = await book.JoinAsync(proven.NodeKey, proven.Payee, proven.Device, State.Software, Context.ConnectionAborted);
        var capacity = Math.Min(proven.WishedCapacity, options.Value.MaxCapacityPerWorker);
        var identity = new JoinedWorker(id, proven.NodeKey, proven.Payee, proven.Device, State.Software, proven.Capabilities);
        var worker = new ConnectedWorker(
            identity, Context.ConnectionId, outside.Clients.Client(Context.ConnectionId), capacity, records.Of(id, kept));
        State.Worker = worker;
        State.Step = Step.Joined;
        leases.Resume(worker, request.Held);
        benchmark.Offer(worker);
        if (registry.Add(worker) is { } replaced)
        {
            deadlines.Abort(replaced.ConnectionId);
        }

        if (Context.ConnectionAborted.IsCancellationRequested)
        {
            // The connection ended while it joined; whoever saw it end may have looked before the worker was there.
            registry.Remove(worker);
        }

        LogJoined(identity.NodeKey.ToString(), identity.Payee.ToString(), identity.Device, capacity);
        return new JoinVerdict(true, id.Value, null, capacity) { ReceiptKey = receipts.Pool };
    }

    public Task SetCapacity(int segments)
    {
        if (State.Worker is not { } worker)
        {
            throw new HubException("SetCapacity is for workers that have joined.");
        }

        worker.SetWish(Math.Clamp(segments, 0, options.Value.MaxCapacityPerWorker));
        registry.RingForFreeSlot();
        return Task.CompletedTask;
    }

    public Task Alive()
    {
        State.Worker?.MarkAlive();
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {NodeKey} joined for payee {Payee} with device {Device}, {Capacity} segments at once")]
    private partial void LogJoined(string nodeKey, string payee, string device, int capacity);

    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {NodeKey} left: {Reason}")]
    private partial void LogLeft(string nodeKey, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "A worker was refused: {Refusal}")]
    private partial void LogRefused(string refusal);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A worker was turned away: {Limit} connections are open (Workers:MaxConnections)")]
    private partial void LogFull(int limit);
}
