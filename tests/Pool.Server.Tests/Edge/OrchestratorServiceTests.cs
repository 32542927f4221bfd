using Google.Protobuf;
using Pool.Gateway.Network;
using Pool.Server.Sessions;
using Pool.Server.Tests.Kit;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Pool.Server.Tests.Edge;

/// <summary>The gRPC service over the real port (protocol §3, §4.12).</summary>
public sealed class OrchestratorServiceTests : ServerTest
{
    private const int Unknown = 2;
    private const int InvalidArgument = 3;

    [Fact]
    public async Task Terms_name_our_address_a_fresh_session_and_what_workers_can_do()
    {
        await JoinGoodAsync();

        var first = await Gateway.GetOrchestratorAsync();
        var second = await Gateway.GetOrchestratorAsync();

        Assert.Equal(Server.Network.GetLeftPart(UriPartial.Authority), first.Transcoder);
        Assert.Equal(new byte[20], first.Address.ToByteArray());
        Assert.True(CapabilityCheck.IsCompatible(TestJob.Job(), first.Capabilities));
        Assert.NotEqual(first.AuthToken.SessionId, second.AuthToken.SessionId);
        var expected = (Server.Time.GetUtcNow() + AuthTokens.Validity).ToUnixTimeSeconds();
        Assert.InRange(first.AuthToken.Expiration, expected - 60, expected);
    }

    [Fact]
    public async Task Without_a_worker_there_are_no_terms()
    {
        var refusal = await Assert.ThrowsAsync<GrpcCallException>(Gateway.GetOrchestratorAsync);

        Assert.Equal((Unknown, "Invalid orchestrator request: OrchestratorCapped"), (refusal.Status, refusal.Message));
    }

    [Fact]
    public async Task A_full_pool_gives_terms_again_when_a_session_has_ended()
    {
        await JoinGoodAsync(capacity: 1);
        var terms = await Gateway.GetOrchestratorAsync();
        await Gateway.SegmentAsync(terms);

        var refusal = await Assert.ThrowsAsync<GrpcCallException>(Gateway.GetOrchestratorAsync);
        await Gateway.EndSessionAsync(terms.AuthToken);
        await Gateway.GetOrchestratorAsync();

        Assert.Equal("Invalid orchestrator request: OrchestratorCapped", refusal.Message);
    }

    [Fact]
    public async Task Ending_an_unknown_session_or_one_twice_is_a_success()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();

        await Gateway.EndSessionAsync(terms.AuthToken);
        await Gateway.EndSessionAsync(terms.AuthToken);
    }

    [Fact]
    public async Task A_session_is_ended_only_with_its_token_but_however_old_it_is()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        await Gateway.SegmentAsync(terms);
        var forged = terms.AuthToken.Clone();
        forged.Token = ByteString.CopyFrom(new byte[32]);

        var refused = await Assert.ThrowsAsync<GrpcCallException>(() => Gateway.EndSessionAsync(forged));
        var missing = await Assert.ThrowsAsync<GrpcCallException>(() => Gateway.EndSessionAsync(null));
        Assert.Single(Server.Services.GetRequiredService<SessionRegistry>().Active);
        Server.Time.Forward(AuthTokens.Validity + TimeSpan.FromMinutes(1));
        await Gateway.EndSessionAsync(terms.AuthToken);

        Assert.Equal((Unknown, "Invalid auth token"), (refused.Status, refused.Message));
        Assert.Equal(InvalidArgument, missing.Status);
        Assert.Empty(Server.Services.GetRequiredService<SessionRegistry>().Active);
    }

    [Fact]
    public async Task A_ping_is_answered_with_an_empty_pong()
    {
        var pong = await Gateway.CallAsync("Ping", new PingPong { Value = ByteString.CopyFromUtf8("hello") }, PingPong.Parser);

        Assert.Empty(pong.Value);
    }

    [Fact]
    public async Task A_token_ends_after_half_an_hour_and_new_terms_go_on()
    {
        await JoinGoodAsync();
        var old = await Gateway.GetOrchestratorAsync();
        Server.Time.Forward(AuthTokens.Validity - TimeSpan.FromMinutes(1));
        var before = await Gateway.SegmentAsync(old);
        var fresh = await Gateway.GetOrchestratorAsync();
        Server.Time.Forward(TimeSpan.FromMinutes(2));

        var after = await Gateway.SegmentAsync(old);
        var next = await Gateway.SegmentAsync(fresh);

        Assert.Equal(2, before.Renditions.Count);
        Assert.Equal((403, "expired auth token\n"), (after.Status, after.Text));
        Assert.Equal(2, next.Renditions.Count);
    }
}
