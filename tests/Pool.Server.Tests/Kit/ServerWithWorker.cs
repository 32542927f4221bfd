namespace Pool.Server.Tests.Kit;

/// <summary>A server with one worker that answers everything, shared by tests that change nothing in it.</summary>
public sealed class ServerWithWorker : IAsyncLifetime
{
    private TestWorker? _worker;

    internal RunningServer Server { get; private set; } = null!;   // set before any test runs

    internal TestGatewayClient Gateway => Server.Gateway;

    public async Task InitializeAsync()
    {
        // All tests come from one address and some flood on purpose: what an address may ask in a second is tested by itself.
        Server = await RunningServer.StartAsync(("Workers:StartCapacity", "16"), ("Edge:MaxRequestsPerSecondPerAddress", "1000000"));
        _worker = await TestWorker.JoinAsync(Server, capacity: 16, work: assignment => TestAssignment.AnswerAsync(assignment));
    }

    public async Task DisposeAsync()
    {
        await _worker!.DisposeAsync();
        await Server.DisposeAsync();
    }
}
