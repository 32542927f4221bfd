namespace Pool.Server.Tests.Kit;

/// <summary>A server without a worker, shared by tests that leave nothing behind in it.</summary>
public sealed class BareServer : IAsyncLifetime
{
    internal RunningServer Server { get; private set; } = null!;   // set before any test runs

    internal TestGatewayClient Gateway => Server.Gateway;

    public async Task InitializeAsync() => Server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
