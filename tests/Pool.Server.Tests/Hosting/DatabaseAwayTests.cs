using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Pool.Server.Admin;
using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Hosting;

/// <summary>Postgres is killed, restarted or away while the server runs: nothing is lost, nothing is booked twice, and what happened is clear.</summary>
public sealed class DatabaseAwayTests : ServerTest
{
    private const string OtherPayee = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    [Fact]
    public async Task A_result_is_answered_while_the_books_are_locked_and_is_in_them_afterwards()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        await using (await Server.LockAsync("contributions"))
        {
            Assert.True((await TestAssignment.AnswerAsync(assignment)).Accepted);
            await Server.WaitForBlockedAsync();
            Assert.Equal(2, (await answer).Renditions.Count);
            Assert.Equal(1, Server.Settlement.Figures.Waiting);
        }

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
    public async Task Streams_begin_and_go_on_while_the_database_is_away_and_all_is_booked_once_when_it_is_back()
    {
        const int Segments = 5;
        await JoinGoodAsync();
        var old = await Gateway.GetOrchestratorAsync();
        await Gateway.SegmentAsync(old);

        await Server.Database.CloseAsync();
        var young = await Gateway.GetOrchestratorAsync();
        for (var number = 2; number < 2 + Segments; number++)
        {
            Assert.Equal(2, (await Gateway.SegmentAsync(old, number)).Renditions.Count);
            Assert.Equal(2, (await Gateway.SegmentAsync(young, number)).Renditions.Count);
        }

        await Eventually.IsSoAsync("the absence is noticed", () => Task.FromResult(Server.Settlement.Figures.AwaySince is not null));
        await Server.Database.OpenAsync();

        Assert.Equal((11, 11), (await SegmentsAsync("transcoded"), await ContributionsAsync()));
        Assert.Equal(2, await Server.ScalarAsync("SELECT count(*) FROM sessions"));
        Assert.Equal((0, (DateTimeOffset?)null), (Server.Settlement.Figures.Waiting, Server.Settlement.Figures.AwaySince));
    }

    [Fact]
    public async Task What_was_answered_while_the_database_was_away_is_booked_after_a_restart()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        await Server.Database.CloseAsync();
        Assert.Equal(2, (await Gateway.SegmentAsync(terms)).Renditions.Count);
        Assert.Equal(2, (await Gateway.SegmentAsync(terms, 2)).Renditions.Count);
        await Server.StopAsync();
        await Server.Database.OpenAsync();

        await Server.RestartAsync();

        Assert.Equal((2, 2), (await Server.ReadAsync("SELECT count(*) FROM segments"), await Server.ReadAsync("SELECT count(*) FROM contributions")));
        Assert.Equal(0, Server.Settlement.Figures.JournalBytes);
    }

    [Fact]
    public async Task A_worker_that_loses_its_line_while_the_database_is_away_comes_back_and_may_name_another_payee()
    {
        using var key = Pool.Shared.Ethereum.EthereumKey.Create();
        await JoinAsync(assignment => TestAssignment.AnswerAsync(assignment), key: key);
        var terms = await Gateway.GetOrchestratorAsync();
        await Gateway.SegmentAsync(terms);
        await Server.Database.CloseAsync();

        var again = await ConnectAsync(key);
        again.Work = assignment => TestAssignment.AnswerAsync(assignment);
        var verdict = await again.JoinAsync(again.Request((await again.HelloAsync()).Nonce, payee: OtherPayee));
        var answer = await Gateway.SegmentAsync(terms, 2);
        await Server.Database.OpenAsync();

        Assert.True(verdict.Accepted);
        Assert.Equal(2, answer.Renditions.Count);
        Assert.Equal(1, await Server.ScalarAsync($"SELECT count(*) FROM contributions WHERE encode(payee, 'hex') = '{OtherPayee[2..].ToLowerInvariant()}'"));
        await Eventually.IsSoAsync("its join is written down", async () =>
            await Server.ReadAsync($"SELECT count(*) FROM workers WHERE encode(payee, 'hex') = '{OtherPayee[2..].ToLowerInvariant()}'") == 1);
        Assert.Equal(1, await Server.ReadAsync("SELECT count(*) FROM workers"));
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
        await Server.ScalarAsync("SELECT 1");   // waits for the books, which the status does only for a moment
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
