using Microsoft.AspNetCore.Http;
using Pool.Server.Chain.Rpc;

namespace Pool.Server.Tests.Chain.Rpc;

/// <summary>Endpoints that are not as far as others.</summary>
public sealed class BehindTests : RpcTest
{
    [Fact]
    public async Task Endpoint_that_is_behind_does_not_make_time_run_backwards()
    {
        Preferred.Head = 1000;
        Other.Head = 999;
        await LatestAsync();
        Preferred.Weather = Status(StatusCodes.Status503ServiceUnavailable);

        var fault = await Assert.ThrowsAsync<RpcException>(LatestAsync);
        Assert.Contains("1 behind", fault.Message, StringComparison.Ordinal);

        Other.Head = 1001;
        Assert.Equal(1001ul, (await LatestAsync())!.Number);
    }

    [Fact]
    public async Task Endpoint_that_is_far_behind_is_not_asked_anything()
    {
        Preferred.Head = 1000;
        Other.Head = 1000 - Limits.HeadLag - 1;
        Other.Answer = (_, _) => "0x1";
        await LatestAsync();
        Preferred.Weather = Status(StatusCodes.Status503ServiceUnavailable);

        await Assert.ThrowsAsync<RpcException>(() => Rpc.GasPriceAsync(CancellationToken.None));

        Assert.Equal(0, Other.Times("eth_gasPrice"));
    }

    [Fact]
    public async Task Endpoint_may_roll_its_own_chain_back()
    {
        Preferred.Head = 1000;
        await LatestAsync();
        Preferred.Head = 10;

        Assert.Equal(10ul, (await LatestAsync())!.Number);
        Assert.Empty(Other.Asked);
    }

    [Fact]
    public async Task Endpoint_that_told_of_blocks_that_never_came_is_forgotten()
    {
        Preferred.Head = 1_000_000;
        await LatestAsync();
        await Preferred.DisposeAsync();
        await Assert.ThrowsAsync<RpcException>(LatestAsync);

        Time.Forward(Limits.HeadMemory + TimeSpan.FromSeconds(1));

        Assert.Equal(100ul, (await LatestAsync())!.Number);
    }
}
