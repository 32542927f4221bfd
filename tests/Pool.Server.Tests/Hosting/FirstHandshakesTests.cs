using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Livepeer;
using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Hosting;

/// <summary>A server that comes back finds all its gateways at the door: their handshakes are the first of a new certificate, and go on at once.</summary>
public sealed class FirstHandshakesTests : ServerTest
{
    private const int Certificates = 100;
    private const int AtOnce = 8;

    [Fact]
    public async Task Handshakes_that_are_the_first_of_a_certificate_all_succeed_at_once()
    {
        var identity = Server.Services.GetRequiredService<NetworkIdentity>();
        for (var number = 0; number < Certificates; number++)
        {
            identity.Load();
            await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () => await (await Gateway.ConnectAsync()).DisposeAsync()))).WaitAsync(Patience.Limit);
        }
    }
}
