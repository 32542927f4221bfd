using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Pool.Gateway.Network;
using Pool.Server.Livepeer;
using Pool.Server.Tests.Kit;
using Pool.Shared.Livepeer;

namespace Pool.Server.Tests.Edge;

/// <summary>What one address may have of the network port at once.</summary>
public sealed class AddressLimitTests() : ServerTest(
    ("Edge:MaxConnectionsPerAddress", "4"), ("Edge:MaxRequestsPerAddress", "2"), ("Sessions:MaxPerAddress", "1"))
{
    [Fact]
    public async Task One_connection_too_many_is_closed_before_tls_and_the_next_is_taken_when_one_has_gone()
    {
        var open = new List<SslStream>();
        while (await TryConnectAsync() is { } connection)
        {
            open.Add(connection);
        }

        var count = open.Count;
        await open[0].DisposeAsync();
        SslStream? next = null;
        await Eventually.IsSoAsync("there is room again", async () => (next = await TryConnectAsync()) is not null);

        Assert.Equal(4, count);
        await next!.DisposeAsync();
        foreach (var connection in open)
        {
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task One_request_too_many_is_told_so_and_the_next_is_taken_when_one_has_ended()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        var segment = TestJob.Segment();
        var held = new List<HeldContent>();
        var answers = new List<Task<HttpResponseMessage>>();
        for (var sequence = 1; sequence <= 2; sequence++)
        {
            held.Add(new HeldContent(segment[..1000], segment[1000..]));
            answers.Add(SendAsync(sequence));
        }

        // A look is a request, too: a segment that came in beside one was the third and is sent again.
        await Eventually.IsSoAsync("both are on their way in", async () =>
        {
            for (var index = 0; index < answers.Count; index++)
            {
                if (answers[index].IsCompleted)
                {
                    (await answers[index]).Dispose();
                    held[index] = new HeldContent(segment[..1000], segment[1000..]);
                    answers[index] = SendAsync(index + 1);
                }
            }

            return await HealthAsync() == 503;
        });
        using var refused = await Gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Network, "/nothing")));
        var text = await refused.Content.ReadAsStringAsync();
        var call = await Assert.ThrowsAsync<GrpcCallException>(Gateway.GetOrchestratorAsync);
        held.ForEach(body => body.Release());
        foreach (var answer in answers)
        {
            using var response = await answer;
            Assert.Equal(2, (await SegmentAnswer.ReadAsync(response)).Renditions.Count);
        }

        const int ResourceExhausted = 8;
        Assert.Equal((503, "too many requests at once\n"), ((int)refused.StatusCode, text));
        Assert.Equal(ResourceExhausted, call.Status);
        await Eventually.IsSoAsync("requests are taken again", async () => await HealthAsync() == 200);

        Task<HttpResponseMessage> SendAsync(int sequence)
        {
            var request = Gateway.SegmentRequest(WireHeaders.Encode(TestJob.Credentials(terms, segment, sequence)), segment);
            request.Content = held[sequence - 1];
            return Gateway.SendAsync(request);
        }
    }

    [Fact]
    public async Task An_address_has_no_more_sessions_than_it_may_while_others_have_room()
    {
        await JoinGoodAsync(capacity: 10);
        var first = await Gateway.GetOrchestratorAsync();
        var second = await Gateway.GetOrchestratorAsync();
        await Gateway.SegmentAsync(first);

        var refused = await Gateway.SegmentAsync(second);
        var noTerms = await Assert.ThrowsAsync<GrpcCallException>(Gateway.GetOrchestratorAsync);
        await Gateway.EndSessionAsync(first.AuthToken);
        var answer = await Gateway.SegmentAsync(second);

        Assert.Equal((403, "OrchestratorCapped\n"), (refused.Status, refused.Text));
        Assert.Equal("Invalid orchestrator request: OrchestratorCapped", noTerms.Message);
        Assert.Equal(2, answer.Renditions.Count);
    }

    private async Task<int> HealthAsync()
    {
        using var answer = await Gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Network, "/healthz")));
        return (int)answer.StatusCode;
    }

    private async Task<SslStream?> TryConnectAsync()
    {
        try
        {
            return await Gateway.ConnectAsync();
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            return null;
        }
    }
}
