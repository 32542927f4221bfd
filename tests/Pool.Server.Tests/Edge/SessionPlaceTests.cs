using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Livepeer;
using Pool.Server.Sessions;
using Pool.Server.Tests.Kit;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Edge;

/// <summary>Who takes a session's place, and what one session or address may have with us at once (protocol §4.7).</summary>
public sealed class SessionPlaceTests() : ServerTest(
    ("Sessions:MaxArriving", "2"), ("Edge:MaxSegmentBytesPerSession", "1048576"), ("Edge:MaxSegmentBytesPerAddress", "2097152"),
    ("Edge:ReceiveTime", "00:00:00.5"))
{
    [Fact]
    public async Task A_segment_that_was_refused_has_taken_no_place()
    {
        await JoinGoodAsync(capacity: 1);
        var stranger = await Gateway.GetOrchestratorAsync();
        var honest = await Gateway.GetOrchestratorAsync();

        var refused = await Gateway.SegmentAsync(TestJob.Credentials(stranger, TestJob.Segment(1)), TestJob.Segment(2));
        var answer = await Gateway.SegmentAsync(honest);

        Assert.Equal((403, "Forbidden\n"), (refused.Status, refused.Text));
        Assert.Equal(2, answer.Renditions.Count);
    }

    [Fact]
    public async Task A_place_that_goes_while_the_segment_comes_in_is_told_inside_the_200()
    {
        await JoinGoodAsync(capacity: 1);
        var late = await Gateway.GetOrchestratorAsync();
        var early = await Gateway.GetOrchestratorAsync();
        var (body, answer) = Hold(late);
        await body.Begun;
        await ArrivedAsync(late);

        var first = await Gateway.SegmentAsync(early);
        body.Release();
        using var response = await answer;
        var told = await SegmentAnswer.ReadAsync(response);

        Assert.Equal(2, first.Renditions.Count);
        Assert.Equal((200, "OrchestratorCapped", late.AuthToken), (told.Status, told.Error, told.Result!.Info.AuthToken));
    }

    [Fact]
    public async Task More_segments_on_their_way_in_than_a_session_may_have_are_told_at_once_that_we_are_busy()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        var (one, first) = Hold(terms, 1);
        var (two, second) = Hold(terms, 2);
        await ArrivedAsync(terms, 2);

        var (three, third) = Hold(terms, 3);
        using var refused = await third;
        var answer = await SegmentAnswer.ReadAsync(refused);
        three.Release();

        Assert.Equal((200, "OrchestratorBusy", 3L), (answer.Status, answer.Error, answer.Result!.Seq));
        one.Release();
        two.Release();
        foreach (var response in new[] { await first, await second })
        {
            Assert.Equal(2, (await SegmentAnswer.ReadAsync(response)).Renditions.Count);
            response.Dispose();
        }
    }

    [Fact]
    public async Task A_session_has_no_more_bytes_with_us_than_it_may_and_gives_them_back()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        var large = TestJob.Segment(length: 1_100_000);
        var good = TestJob.Segment(length: 1_000_000);

        var refused = await Gateway.SegmentAsync(TestJob.Credentials(terms, large), large);
        var answer = await Gateway.SegmentAsync(TestJob.Credentials(terms, good), good);

        Assert.Equal((500, "Internal Server Error\n"), (refused.Status, refused.Text));
        Assert.Equal(2, answer.Renditions.Count);
        Assert.Equal(0, Server.Services.GetRequiredService<SegmentBytes>().OfAddress("127.0.0.1"));
    }

    [Fact]
    public async Task A_body_that_stops_is_500_when_its_time_is_over_and_leaves_nothing_behind()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        var (body, answer) = Hold(terms, duration: 1);

        using var response = await answer;
        var refused = await SegmentAnswer.ReadAsync(response);
        body.Release();

        Assert.Equal((500, "Internal Server Error\n"), (refused.Status, refused.Text));
        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked", "5\r\nhello\r\n")]
    [InlineData("Transfer-Encoding: chunked", "5\r\nhel")]
    [InlineData("Transfer-Encoding: chunked", "nonsense\r\n")]
    [InlineData("Content-Length: 40000", "hello")]
    public async Task A_body_that_stops_over_http1_is_500_when_its_time_is_over_and_leaves_nothing_behind(string header, string body)
    {
        await JoinGoodAsync();
        var credentials = TestJob.Credentials(await Gateway.GetOrchestratorAsync(), TestJob.Segment());
        credentials.Duration = 1;
        var request = $"POST /segment HTTP/1.1\r\nHost: {Server.Network.Authority}\r\n{WireHeaders.Segment}: {WireHeaders.Encode(credentials)}\r\n{header}\r\n\r\n{body}";

        var answer = await Gateway.SendRawAsync(System.Text.Encoding.ASCII.GetBytes(request), "Internal Server Error\n");

        Assert.StartsWith("HTTP/1.1 500 ", answer, StringComparison.Ordinal);
        Assert.Contains("Internal Server Error\n", answer, StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_gateway_that_hangs_up_in_the_middle_of_a_body_leaves_nothing_behind()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        var segment = TestJob.Segment();
        using var request = Gateway.SegmentRequest(WireHeaders.Encode(TestJob.Credentials(terms, segment)), segment);
        var held = new HeldContent(segment[..1000], segment[1000..]);
        request.Content = held;
        using var hangUp = new CancellationTokenSource();
        var answer = Gateway.SendAsync(request, cancellationToken: hangUp.Token);
        await held.Begun;
        await ArrivedAsync(terms);

        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        held.Release();

        await Eventually.IsSoAsync("its bytes are gone", () => Task.FromResult(Server.Spool.Bytes == 0));
        await Eventually.IsSoAsync("it is not on its way in any more", () => Task.FromResult(
            Server.Services.GetRequiredService<SessionRegistry>().Arriving(terms.AuthToken.SessionId) == 0));
        Assert.Equal(0, Server.Services.GetRequiredService<EdgeGuard>().Faults);
    }

    [Fact]
    public async Task A_session_is_not_idle_while_a_slow_segment_comes_in()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        await Gateway.SegmentAsync(terms);
        var (body, answer) = Hold(terms, 2);
        await ArrivedAsync(terms);
        var sessions = Server.Services.GetRequiredService<SessionRegistry>();
        var session = Assert.Single(sessions.Active);

        Server.Time.Forward(TimeSpan.FromSeconds(71));
        sessions.CloseIdle();
        var still = sessions.Active;
        body.Release();
        using var response = await answer;
        await SegmentAnswer.ReadAsync(response);
        Server.Time.Forward(TimeSpan.FromSeconds(69));
        sessions.CloseIdle();
        var afterwards = sessions.Active;
        Server.Time.Forward(TimeSpan.FromSeconds(2));
        sessions.CloseIdle();

        Assert.Same(session, Assert.Single(still));
        Assert.Same(session, Assert.Single(afterwards));
        Assert.Empty(sessions.Active);
    }

    [Fact]
    public async Task A_token_of_another_session_opens_none()
    {
        await JoinGoodAsync();
        var one = await Gateway.GetOrchestratorAsync();
        var two = await Gateway.GetOrchestratorAsync();
        var segment = TestJob.Segment();
        var mixed = TestJob.Credentials(one, segment);
        mixed.AuthToken.SessionId = two.AuthToken.SessionId;
        var moved = TestJob.Credentials(one, segment);
        moved.AuthToken.SessionId += (char)(one.AuthToken.Expiration >> 24);
        moved.AuthToken.Expiration &= 0xffffff;

        var refused = await Gateway.SegmentAsync(mixed, segment);
        var old = await Gateway.SegmentAsync(moved, segment);

        Assert.Equal((403, "invalid auth token\n"), (refused.Status, refused.Text));
        Assert.Equal((403, "expired auth token\n"), (old.Status, old.Text));
    }

    private void AssertNothingIsLeft()
    {
        Assert.Equal(0, Server.Spool.Bytes);
        Assert.Equal(0, Server.Services.GetRequiredService<SegmentBytes>().OfAddress("127.0.0.1"));
        Assert.Empty(Server.Services.GetRequiredService<SessionRegistry>().Active);
        Assert.Equal(0, Server.Services.GetRequiredService<EdgeGuard>().Faults);
    }

    private (HeldContent Body, Task<HttpResponseMessage> Answer) Hold(OrchestratorInfo terms, long sequence = 1, int duration = 60_000)
    {
        var segment = TestJob.Segment((int)sequence);
        var credentials = TestJob.Credentials(terms, segment, sequence);
        credentials.Duration = duration;
        var request = Gateway.SegmentRequest(WireHeaders.Encode(credentials), segment);
        var held = new HeldContent(segment[..1000], segment[1000..]);
        request.Content = held;
        return (held, Gateway.SendAsync(request));
    }

    private Task ArrivedAsync(OrchestratorInfo terms, int segments = 1) => Eventually.IsSoAsync(
        $"{segments} segments are on their way in",
        () => Task.FromResult(Server.Services.GetRequiredService<SessionRegistry>().Arriving(terms.AuthToken.SessionId) == segments));
}
