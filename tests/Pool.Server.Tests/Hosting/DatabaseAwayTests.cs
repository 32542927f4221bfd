using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Pool.Server.Admin;
using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Hosting;

/// <summary>Postgres is killed, restarted or away while the server runs: nothing is lost, nothing is booked twice, and what happened is clear.</summary>
public sealed class DatabaseAwayTests : ServerTest
{
    [Fact]
    public async Task A_result_is_in_the_books_before_the_gateway_sees_it()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        await using (await Server.LockAsync("contributions"))
        {
            await TestAssignment.AnswerAsync(assignment);
            await Server.WaitForBlockedAsync();
            Assert.False(answer.IsCompleted);
        }

        Assert.Equal(2, (await answer).Renditions.Count);
        Assert.Equal((1, 1), (await SegmentsAsync("transcoded"), await ContributionsAsync()));
    }

    [Fact]
    public async Task Connections_that_died_in_the_pool_cost_no_segment_and_are_booked_once()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();

        await Server.Database.CutAsync();
        await TestAssignment.AnswerAsync(assignment);

        Assert.Equal(2, (await answer).Renditions.Count);
        Assert.Equal((1, 1), (await SegmentsAsync("transcoded"), await ContributionsAsync()));
    }

    [Fact]
    public async Task A_connection_that_dies_while_it_settles_loses_and_doubles_nothing()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        await using (await Server.LockAsync("contributions"))
        {
            await TestAssignment.AnswerAsync(assignment);
            await Server.WaitForBlockedAsync();
            await Server.Database.CutAsync();
        }

        Assert.Equal(2, (await answer).Renditions.Count);
        Assert.Equal((1, 1), (await SegmentsAsync("transcoded"), await ContributionsAsync()));
    }

    [Fact]
    public async Task A_database_that_comes_back_in_time_costs_the_gateway_nothing()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();

        await Server.Database.CloseAsync();
        await TestAssignment.AnswerAsync(assignment);
        await Server.Database.OpenAsync();

        Assert.Equal(2, (await answer).Renditions.Count);
        Assert.Equal((1, 1), (await SegmentsAsync("transcoded"), await ContributionsAsync()));
    }

    [Fact]
    public async Task A_result_that_cannot_be_booked_is_withheld_and_leaves_no_bytes_and_the_next_one_is_fine()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();

        await Server.Database.CloseAsync();
        await TestAssignment.AnswerAsync(assignment);
        Server.Time.Forward(TimeSpan.FromSeconds(7.5));
        var withheld = await answer;
        await Server.Database.OpenAsync();
        worker.Work = each => TestAssignment.AnswerAsync(each);
        var next = await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());

        Assert.Equal("internal error", withheld.Error);
        Assert.Equal(2, next.Renditions.Count);
        Assert.Equal((1, 1), (await SegmentsAsync("transcoded"), await ContributionsAsync()));
        Assert.Equal(TestJob.GoodRenditions.Sum(rendition => rendition.Length), Server.Spool.Bytes);
    }

    [Fact]
    public async Task Work_that_was_done_is_booked_even_when_the_gateway_hangs_up_meanwhile()
    {
        var worker = await JoinAsync();
        var segment = TestJob.Segment();
        await using (await Server.LockAsync("contributions"))
        {
            using var hangUp = new CancellationTokenSource();
            using var response = await Gateway.BeginSegmentAsync(
                TestJob.Credentials(await Gateway.GetOrchestratorAsync(), segment), segment, cancellationToken: hangUp.Token);
            var assignment = await worker.NextAssignmentAsync();
            Assert.True((await TestAssignment.AnswerAsync(assignment)).Accepted);
            await Server.WaitForBlockedAsync();
            await hangUp.CancelAsync();
        }

        await Eventually.IsSoAsync("the work is booked", async () => await ContributionsAsync() == 1);
        Assert.Equal(1, await SegmentsAsync("transcoded"));
    }

    [Fact]
    public async Task A_worker_joins_over_connections_that_died_in_the_pool()
    {
        await JoinAsync();
        await Server.Database.CutAsync();

        await JoinAsync();

        Assert.Equal(2, Server.Registry.Connected.Count);
    }

    [Fact]
    public async Task The_status_answers_right_after_the_database_was_restarted()
    {
        await JoinGoodAsync();
        await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());
        await StatusAsync();

        await Server.Database.CutAsync();
        var status = await StatusAsync();

        Assert.Equal(("ready", 1L, TestJob.Pixels.ToString()), (status.Database, status.Totals?.SegmentsOk, status.Totals?.Pixels));
    }

    [Fact]
    public async Task The_status_says_that_the_database_is_away_and_still_shows_who_is_connected()
    {
        var worker = await JoinGoodAsync();
        await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());

        await Server.Database.CloseAsync();
        var away = await StatusAsync();
        await Server.Database.OpenAsync();
        var back = await StatusAsync();

        Assert.Equal(("away", (TotalStatus?)null), (away.Database, away.Totals));
        var shown = Assert.Single(away.Workers);
        Assert.Equal((worker.Id, true, (string?)null), (shown.Id, shown.Connected, shown.Pixels));
        Assert.Single(away.Sessions);
        Assert.Equal(("ready", 1L), (back.Database, back.Totals?.SegmentsOk));
    }

    private async Task<PoolStatus> StatusAsync()
    {
        using var http = new HttpClient { BaseAddress = Server.Web };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Server.OperatorToken);
        return await http.GetFromJsonAsync<PoolStatus>("/operator/status", JsonSerializerOptions.Web) ?? throw new InvalidOperationException("There is no status.");
    }
}
