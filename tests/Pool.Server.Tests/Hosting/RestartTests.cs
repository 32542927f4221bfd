using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Sessions;
using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Hosting;

/// <summary>What a restart on the same folder and database keeps, and what the end of a session takes with it.</summary>
public sealed class RestartTests() : ServerTest(("Spool:Grace", "00:00:00"))
{
    [Fact]
    public async Task A_token_and_the_renditions_it_brought_are_good_after_a_restart()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        var before = await Gateway.SegmentAsync(terms);
        var bytes = Server.Spool.Bytes;

        await Server.RestartAsync();
        await JoinGoodAsync();
        var after = await Gateway.SegmentAsync(terms, 2);
        using var old = await Gateway.DownloadAsync(before.Renditions[0].Url);

        Assert.Equal(2, after.Renditions.Count);
        Assert.Equal(TestJob.GoodRenditions[0], await old.Content.ReadAsByteArrayAsync());
        Assert.Equal(2 * bytes, Server.Spool.Bytes);
        Assert.Equal((2, 1), (await SegmentsAsync("transcoded"), await Server.ScalarAsync("SELECT count(*) FROM sessions")));
    }

    [Fact]
    public async Task A_segment_that_comes_before_the_workers_are_back_waits_for_them()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        await Server.RestartAsync();
        var segment = TestJob.Segment();

        using var response = await Gateway.BeginSegmentAsync(TestJob.Credentials(terms, segment), segment);
        await JoinGoodAsync();

        Assert.Equal(2, (await SegmentAnswer.ReadAsync(response)).Renditions.Count);
    }

    [Fact]
    public async Task Sessions_of_before_the_restart_are_not_turned_away_while_their_workers_come_back_one_by_one()
    {
        await JoinGoodAsync();
        var (first, second) = (await Gateway.GetOrchestratorAsync(), await Gateway.GetOrchestratorAsync());
        Server.Time.Forward(TimeSpan.FromSeconds(2));   // so that the tokens are older than the restart in whole seconds
        await Server.RestartAsync();
        var back = await JoinAsync(capacity: 1);
        var held = Gateway.SegmentAsync(first);
        var assignment = await back.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();

        var segment = TestJob.Segment();
        using var waiting = await Gateway.BeginSegmentAsync(TestJob.Credentials(second, segment), segment);
        await JoinGoodAsync();

        Assert.Equal((200, 2), ((int)waiting.StatusCode, (await SegmentAnswer.ReadAsync(waiting)).Renditions.Count));
        await TestAssignment.AnswerAsync(assignment);
        Assert.Equal(2, (await held).Renditions.Count);
    }

    [Fact]
    public async Task A_segment_that_was_in_work_leaves_nothing_behind()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        using var half = await assignment.UploadAsync(0, TestJob.GoodRenditions[0]);

        await Server.RestartAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => answer);
        using var late = await assignment.FetchAsync();
        Assert.Equal(404, (int)late.StatusCode);
        Assert.Equal(0, await SegmentsAsync("transcoded"));
        Assert.Equal(0, await ContributionsAsync());
        Assert.Empty(Directory.GetFiles(Path.Combine(Server.Home, "server", "spool"), "*.segment"));
    }

    [Fact]
    public async Task The_operators_token_stays_the_same()
    {
        var before = Server.OperatorToken;

        await Server.RestartAsync();

        Assert.Equal(before, Server.OperatorToken);
    }

    [Fact]
    public async Task An_idle_session_ends_and_takes_its_renditions_with_it()
    {
        await JoinGoodAsync();
        var answer = await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());
        var sessions = Server.Services.GetRequiredService<SessionRegistry>();

        Server.Time.Forward(TimeSpan.FromSeconds(71));
        sessions.CloseIdle();

        Assert.Empty(sessions.Active);
        await Eventually.IsSoAsync("the renditions are gone", () => Task.FromResult(Server.Spool.Bytes == 0));
        using var gone = await Gateway.DownloadAsync(answer.Renditions[0].Url);
        Assert.Equal((404, "ErrNotFound\n"), ((int)gone.StatusCode, await gone.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_session_is_not_idle_while_a_segment_is_on_its_way_in()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        await Gateway.SegmentAsync(terms);
        Server.Time.Forward(TimeSpan.FromSeconds(69));
        var sessions = Server.Services.GetRequiredService<SessionRegistry>();
        var segment = TestJob.Segment(2);
        using var request = Gateway.SegmentRequest(Shared.Livepeer.WireHeaders.Encode(TestJob.Credentials(terms, segment, 2)), segment);
        request.Headers.ExpectContinue = true;
        request.Content = new InterruptedContent(segment, () =>
        {
            Server.Time.Forward(TimeSpan.FromSeconds(2));
            sessions.CloseIdle();
        });

        using var response = await Gateway.SendAsync(request, Kit.HttpVersion.One);

        Assert.Equal(2, (await SegmentAnswer.ReadAsync(response)).Renditions.Count);
    }
}
