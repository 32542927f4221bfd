using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Hosting;
using Pool.Server.Node;
using Pool.Server.Signing;

namespace Pool.Server.Tests.Signing;

/// <summary>How the server comes to its signer.</summary>
public sealed class SigningRoomTests : SignerTest
{
    [Fact]
    public async Task The_server_finds_the_signer_at_its_start()
    {
        await using var app = Build();
        await app.Services.ConnectSignerAsync(CancellationToken.None);

        Assert.Equal(Signer.Key.Address, app.Services.GetRequiredService<ISigner>().Account);
    }

    [Fact]
    public async Task Without_a_signer_the_server_does_not_start_and_says_how_to_start_one()
    {
        await Signer.StopAsync();
        await using var app = Build();

        var away = await Assert.ThrowsAsync<StartUpException>(() => app.Services.ConnectSignerAsync(CancellationToken.None));
        Assert.Contains("Start it with: pool-server signer run", away.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_signer_may_be_put_in_its_place()
    {
        await Signer.StopAsync();
        var other = new Chain.Outbox.TestSigner(Signer.Key);
        await using var app = Build(services => services.AddSingleton<ISigner>(other));
        await app.Services.ConnectSignerAsync(CancellationToken.None);

        Assert.Same(other, app.Services.GetRequiredService<ISigner>());
    }

    private WebApplication Build(Action<IServiceCollection>? replace = null) => PoolServer.Build(
        new ConfigurationBuilder().AddInMemoryCollection([new("Home", Signer.Folder), new("Database", "Host=127.0.0.1"), new("Signing:Socket", Signer.Socket)]).Build(), replace: replace);
}
