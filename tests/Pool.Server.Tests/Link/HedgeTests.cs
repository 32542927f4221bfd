using Npgsql;
using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Link;

/// <summary>A worker that is merely late keeps its segment while a second one is set beside it; the first good result wins (docs/protocol.md, Hedges).</summary>
public sealed class HedgeTests : ServerTest
{
    /// <summary>Past the hedge time of a segment of 2 s whose worker has not been measured.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(1.1);

    [Fact]
    public async Task The_second_worker_wins_when_it_is_first_and_the_late_one_is_told_to_stop()
    {
        var (late, second, answer) = await BeginHedgedAsync();

        var verdict = await TestAssignment.AnswerAsync(second.Assignment);
        var result = await answer;
        await late.Assignment.Cancelled;
        var tooLate = await late.Assignment.FinishAsync(OutcomeKind.Done);

        Assert.Equal((true, false), (verdict.Accepted, tooLate.Accepted));
        Assert.Contains("another worker was first", tooLate.Reason, StringComparison.Ordinal);
        Assert.Equal([TestJob.LargePixels, TestJob.SmallPixels], result.Renditions.Select(rendition => rendition.Pixels));
        Assert.Equal((1, 0), (await RolesAsync(second.Worker, "primary"), await RolesAsync(late.Worker, "hedge")));
        Assert.Equal(1, await ContributionsAsync());
    }

    [Fact]
    public async Task The_late_worker_wins_when_it_is_first_after_all()
    {
        var (late, second, answer) = await BeginHedgedAsync();

        await TestAssignment.AnswerAsync(late.Assignment);

        Assert.Equal(2, (await answer).Renditions.Count);
        await second.Assignment.Cancelled;
        Assert.Equal((1, 1), (await RolesAsync(late.Worker, "primary"), await ContributionsAsync()));
    }

    [Fact]
    public async Task What_the_loser_has_delivered_good_and_whole_is_booked_as_a_hedge_and_never_as_a_second_primary()
    {
        var (late, second, answer) = await BeginHedgedAsync();
        foreach (var (index, rendition) in TestJob.GoodRenditions.Index())
        {
            using var uploaded = await late.Assignment.UploadAsync(index, rendition);
        }

        await TestAssignment.AnswerAsync(second.Assignment);
        await answer;
        var verdict = await late.Assignment.FinishAsync(OutcomeKind.Done);

        Assert.Equal((1, 1, 2), (await RolesAsync(second.Worker, "primary"), await RolesAsync(late.Worker, "hedge"), await ContributionsAsync()));
        Assert.Equal(TestJob.Pixels, await Server.ScalarAsync("SELECT pixels FROM contributions WHERE role = 'hedge'"));
        Assert.Equal((false, "Another worker was first; the work is good and counts as a hedge."), (verdict.Accepted, verdict.Reason));
        Assert.Equal(TestJob.GoodRenditions.Sum(rendition => rendition.Length), Server.Spool.Bytes);
        await Assert.ThrowsAsync<PostgresException>(() => Server.ScalarAsync("UPDATE contributions SET role = 'primary' RETURNING 1"));
    }

    [Fact]
    public async Task When_the_second_worker_fails_the_late_one_still_has_its_segment()
    {
        var (late, second, answer) = await BeginHedgedAsync();

        await second.Assignment.FinishAsync(OutcomeKind.WorkerFailed, "no");
        await TestAssignment.AnswerAsync(late.Assignment);

        Assert.Equal(2, (await answer).Renditions.Count);
        Assert.Equal((1, 1), (await RolesAsync(late.Worker, "primary"), await ContributionsAsync()));
    }

    [Fact]
    public async Task A_hedge_that_wins_takes_the_session_along()
    {
        var (late, second, answer) = await BeginHedgedAsync();
        await TestAssignment.AnswerAsync(second.Assignment);
        await answer;
        second.Worker.Work = assignment => TestAssignment.AnswerAsync(assignment);

        await Gateway.SegmentAsync(late.Terms, 2);

        Assert.Equal((1, 2), (late.Worker.Assigned, second.Worker.Assigned));
    }

    [Fact]
    public async Task A_worker_alone_may_use_all_of_the_gateways_patience()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();

        Server.Time.Forward(TimeSpan.FromSeconds(6));
        await TestAssignment.AnswerAsync(assignment);

        Assert.Equal(2, (await answer).Renditions.Count);
    }

    [Fact]
    public async Task A_slow_worker_is_not_stopped_for_another_that_has_nothing_to_spare()
    {
        await using var server = await RunningServer.StartAsync(("Dispatch:HedgeShare", "0"));
        await using var slow = await TestWorker.JoinAsync(server);
        var terms = await server.Gateway.GetOrchestratorAsync();
        var answer = server.Gateway.SegmentAsync(terms);
        var assignment = await slow.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();
        await using var idle = await TestWorker.JoinAsync(server);

        server.Time.Forward(TimeSpan.FromSeconds(5));
        await TestAssignment.AnswerAsync(assignment);

        Assert.Equal((2, 0), ((await answer).Renditions.Count, idle.Assigned));
    }

    /// <summary>A segment that two workers have: one that is late, and one that was set beside it.</summary>
    private async Task<((TestWorker Worker, TestAssignment Assignment, Shared.Livepeer.Wire.OrchestratorInfo Terms) Late, (TestWorker Worker, TestAssignment Assignment) Second, Task<SegmentAnswer> Answer)>
        BeginHedgedAsync()
    {
        var late = await JoinAsync();
        var (terms, answer) = await BeginSegmentAsync();
        var assignment = await late.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();
        var second = await JoinAsync();

        Server.Time.Forward(s_late);
        return ((late, assignment, terms), (second, await second.NextAssignmentAsync()), answer);
    }

    private Task<long> RolesAsync(TestWorker worker, string role) =>
        Server.ScalarAsync($"SELECT count(*) FROM contributions WHERE worker_id = '{worker.Id}' AND role = '{role}'");
}
