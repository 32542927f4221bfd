using Pool.Gateway.Network;
using Pool.Server.Tests.Kit;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Edge;

/// <summary>Calls that are no calls of ours (protocol §1.3, §3.3).</summary>
public sealed class BrokenCallTests(BareServer shared) : IClassFixture<BareServer>
{
    private const int InvalidArgument = 3;
    private const int ResourceExhausted = 8;
    private const int Unimplemented = 12;

    [Fact]
    public async Task A_method_that_is_not_there_is_unimplemented()
    {
        var refusal = await Assert.ThrowsAsync<GrpcCallException>(() => shared.Gateway.CallAsync("Nothing", new PingPong(), PingPong.Parser));

        Assert.Equal(Unimplemented, refusal.Status);
    }

    [Theory]
    [InlineData("cut", InvalidArgument)]
    [InlineData("no message", InvalidArgument)]
    [InlineData("nothing", InvalidArgument)]
    [InlineData("compressed", Unimplemented)]
    [InlineData("too long", ResourceExhausted)]
    public async Task A_request_that_is_no_message_ends_with_its_status(string fault, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shared.Server.Network, "/net.Orchestrator/GetOrchestrator"))
        {
            Content = new ByteArrayContent(fault switch
            {
                "cut" => [0, 0, 0, 0, 9, 1],
                "no message" => [0, 0, 0, 0, 2, 0x0a, 0xff],
                "compressed" => [1, 0, 0, 0, 0],
                "too long" => [0, 0, 0x40, 0, 1],
                _ => [],
            }),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc+proto");

        using var answer = await shared.Gateway.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();

        Assert.Equal((200, status.ToString()), ((int)answer.StatusCode, Assert.Single(answer.TrailingHeaders.GetValues("grpc-status"))));
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/nothing.ts")]
    [InlineData("/stream/session/profile/1.ts")]
    [InlineData("/net.Orchestrator/GetOrchestrator")]
    public async Task Any_other_path_is_404_with_a_text(string path)
    {
        using var answer = await shared.Gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(shared.Server.Network, path)), Kit.HttpVersion.One);

        Assert.Equal((404, "404 page not found\n"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }
}
