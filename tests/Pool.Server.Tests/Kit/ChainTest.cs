using Pool.Tests.Chain;

namespace Pool.Server.Tests.Kit;

/// <summary>A local chain for the tests of a class.</summary>
public sealed class OneLocalChain : IAsyncLifetime
{
    /// <summary>The chain.</summary>
    public LocalChain Chain { get; private set; } = null!; // InitializeAsync

    public async Task InitializeAsync() => Chain = await LocalChain.StartAsync();

    public Task DisposeAsync() => Chain.DisposeAsync().AsTask();
}

/// <summary>Tests on a chain: each begins with the chain as it is after the deployment, whatever the others did to it.</summary>
public abstract class ChainTest(OneLocalChain one) : IClassFixture<OneLocalChain>, IAsyncLifetime
{
    private string _snapshot = "";

    /// <summary>The chain.</summary>
    protected LocalChain Chain => one.Chain;

    public virtual async Task InitializeAsync() => _snapshot = await Chain.Node.SnapshotAsync();

    public virtual async Task DisposeAsync()
    {
        await Chain.Node.SetAutomineAsync(true);
        await Chain.Node.RevertAsync(_snapshot);
    }
}
