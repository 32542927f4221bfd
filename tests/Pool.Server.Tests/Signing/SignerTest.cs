using Pool.Server.Signing;

namespace Pool.Server.Tests.Signing;

/// <summary>A test with a signer that listens.</summary>
public abstract class SignerTest : IAsyncLifetime
{
    private protected SignerUnderTest Signer { get; private set; } = null!;   // set before any test runs

    public virtual Task InitializeAsync()
    {
        Signer = SignerUnderTest.Begin();
        return Task.CompletedTask;
    }

    public virtual async Task DisposeAsync() => await Signer.DisposeAsync();
}

/// <summary>A test with a signer and a client that is connected to it.</summary>
public abstract class SignerClientTest : SignerTest
{
    private protected SignerClient Client { get; private set; } = null!;   // set before any test runs

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Client = await Signer.ConnectAsync();
    }

    public override async Task DisposeAsync()
    {
        await Client.DisposeAsync();
        await base.DisposeAsync();
    }
}
