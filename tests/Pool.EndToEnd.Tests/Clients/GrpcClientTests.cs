using System.Text.Json.Nodes;
using Pool.EndToEnd.Tests.Kit;

namespace Pool.EndToEnd.Tests.Clients;

/// <summary>The network's gRPC service as grpc-js sees it, which shares no line of code with this repository.</summary>
[Collection(PoolOfOne.Collection)]
public sealed class GrpcClientTests(PoolOfOne fixture)
{
    private const int SessionsValidSeconds = 1800;

    [Fact]
    public async Task Grpc_js_gets_terms_that_a_gateway_can_use()
    {
        var asked = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        var terms = (await CallAsync("terms"))["answer"]!;

        Assert.Equal(fixture.Pool.Orchestrator.AbsoluteUri.TrimEnd('/'), (string?)terms["transcoder"]);
        Assert.NotEmpty((string)terms["auth_token"]!["session_id"]!);
        Assert.NotEmpty((string)terms["auth_token"]!["token"]!);
        Assert.InRange(
            long.Parse((string)terms["auth_token"]!["expiration"]!), asked + SessionsValidSeconds,
            DateTimeOffset.UtcNow.ToUnixTimeSeconds() + SessionsValidSeconds);
        Assert.NotEmpty(terms["capabilities"]!["bitstring"]!.AsArray());
    }

    [Fact]
    public async Task Grpc_js_is_answered_a_ping_without_bytes_by_a_node_without_a_key()
    {
        var pong = await CallAsync("ping", Convert.ToBase64String("hello"u8));

        Assert.Equal("", (string?)pong["answer"]!["value"]);
    }

    [Fact]
    public async Task Grpc_js_ends_a_session_and_a_forged_token_is_refused_in_the_networks_words()
    {
        var token = (await CallAsync("terms"))["answer"]!["auth_token"]!;

        var ended = await CallAsync("end", token.ToJsonString());
        token["session_id"] = "of-somebody-else";
        var refused = await CallAsync("end", token.ToJsonString());

        Assert.NotNull(ended["answer"]);
        Assert.Equal((2, "Invalid auth token"), ((int)refused["code"]!, (string?)refused["message"]));
    }

    private Task<JsonNode> CallAsync(string command, params string[] more) =>
        NodeClient.RunAsync("orchestrator.mjs", [fixture.Pool.Orchestrator.Authority, NodeClient.Proto, command, .. more]);
}
