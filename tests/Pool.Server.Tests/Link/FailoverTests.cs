using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Link;

/// <summary>A lost, silent or failing worker is replaced inside the pool: the gateway sees one good answer, or one error.</summary>
public sealed class FailoverTests() : ServerTest(("Dispatch:AcceptTimeout", "00:00:00.2"))
{
    private const string AllFailed = "Remote transcoder took too long";

    [Fact]
    public async Task A_segment_of_a_worker_that_fails_goes_to_another()
    {
        var (failing, answer) = await BeginAtAsync();
        var good = await JoinGoodAsync();

        using var fetched = await failing.FetchAsync();
        using var half = await failing.UploadAsync(0, TestJob.GoodRenditions[0]);
        var verdict = await failing.FinishAsync(OutcomeKind.WorkerFailed, "the encoder died");

        Assert.True(verdict.Accepted);
        await AssertDoneByAsync(good, await answer);
    }

    [Fact]
    public async Task A_segment_of_a_worker_that_refuses_goes_to_another()
    {
        var (full, answer) = await BeginAtAsync();
        var good = await JoinGoodAsync();

        await full.FinishAsync(OutcomeKind.Refused, "full");

        await AssertDoneByAsync(good, await answer);
    }

    [Fact]
    public async Task A_segment_of_a_worker_that_dies_goes_to_another_and_its_paths_close()
    {
        var dying = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await dying.NextAssignmentAsync();
        var good = await JoinGoodAsync();
        using var fetched = await assignment.FetchAsync();
        using var half = await assignment.UploadAsync(0, TestJob.GoodRenditions[0]);

        dying.Die();
        var result = await answer;
        using var upload = await assignment.UploadAsync(1, TestJob.GoodRenditions[1]);
        var late = await assignment.FinishAsync(OutcomeKind.Done);

        Assert.Equal((410, false), ((int)upload.StatusCode, late.Accepted));
        Assert.Contains("another worker was first", late.Reason, StringComparison.Ordinal);
        await AssertDoneByAsync(good, result);
    }

    [Fact]
    public async Task When_the_second_worker_is_lost_too_a_third_gets_the_segment_before_either_is_given_up()
    {
        var lost = new List<TestAssignment>();
        Task<SegmentAnswer>? answer = null;
        for (var number = 0; number < 2; number++)
        {
            var dying = await JoinAsync();
            answer ??= (await BeginSegmentAsync()).Answer;
            var assignment = await dying.NextAssignmentAsync();
            using var fetched = await assignment.FetchAsync();
            lost.Add(assignment);
            dying.Die();
        }

        var good = await JoinGoodAsync();
        var result = await answer!;   // begun with the first worker
        var verdicts = await Task.WhenAll(lost.Select(assignment => assignment.FinishAsync(OutcomeKind.Done)));

        Assert.All(verdicts, verdict => Assert.Contains("another worker was first", verdict.Reason, StringComparison.Ordinal));
        await AssertDoneByAsync(good, result);
    }

    [Fact]
    public async Task A_segment_whose_worker_is_lost_has_the_next_free_place_before_one_that_came_later()
    {
        var good = await JoinGoodAsync(capacity: 2);
        var (second, third) = (await Gateway.GetOrchestratorAsync(), await Gateway.GetOrchestratorAsync());
        await Task.WhenAll(Gateway.SegmentAsync(second), Gateway.SegmentAsync(third));
        await good.SetCapacityAsync(0);
        good.Work = null;
        var dying = await JoinAsync(capacity: 3);
        var (first, lost) = await BeginSegmentAsync();
        var orphaned = await dying.NextAssignmentAsync();
        using var fetched = await orphaned.FetchAsync();
        await dying.SetCapacityAsync(1);
        await good.SetCapacityAsync(1);
        var held = Gateway.SegmentAsync(second, 2);
        var holding = await good.NextAssignmentAsync();
        using var holds = await holding.FetchAsync();
        var waiting = Gateway.SegmentAsync(third, 2);
        await Server.WaitForWaitingAsync(1);

        dying.Die();
        await Server.WaitForWaitingAsync(2);
        await TestAssignment.AnswerAsync(holding);
        var next = await good.NextAssignmentAsync();
        good.Work = assignment => TestAssignment.AnswerAsync(assignment);
        await TestAssignment.AnswerAsync(next);
        var late = await orphaned.FinishAsync(OutcomeKind.Done);

        Assert.Equal(first.AuthToken.SessionId, next.Message.SessionId);
        Assert.Contains("another worker was first", late.Reason, StringComparison.Ordinal);   // nobody waited until it was given up
        Assert.All(await Task.WhenAll(lost, held, waiting), answer => Assert.Equal(2, answer.Renditions.Count));
    }

    [Fact]
    public async Task A_segment_that_a_silent_worker_does_not_fetch_goes_to_another_and_the_silent_one_is_told()
    {
        var (silent, answer) = await BeginAtAsync();
        var good = await JoinGoodAsync();

        var result = await answer;
        await silent.Cancelled;
        using var fetch = await silent.FetchAsync();

        Assert.Equal(410, (int)fetch.StatusCode);
        await AssertDoneByAsync(good, result);
    }

    [Fact]
    public async Task A_worker_alone_that_fetches_late_keeps_its_segment()
    {
        var (late, answer) = await BeginAtAsync();

        Server.Time.Forward(TimeSpan.FromSeconds(3));
        await TestAssignment.AnswerAsync(late);

        Assert.Equal(2, (await answer).Renditions.Count);
    }

    [Fact]
    public async Task When_every_worker_fails_the_gateway_is_told_once_and_nobody_is_paid()
    {
        await JoinAsync(assignment => assignment.FinishAsync(OutcomeKind.WorkerFailed, "no"));
        await JoinAsync(assignment => assignment.FinishAsync(OutcomeKind.WorkerFailed, "no"));

        var answer = await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());

        Assert.Equal(AllFailed, answer.Error);
        Assert.Equal((1, 0, 0L), (await SegmentsAsync("failed"), await ContributionsAsync(), Server.Spool.Bytes));
    }

    [Fact]
    public async Task A_segment_is_tried_by_three_workers_at_the_most()
    {
        var workers = new List<TestWorker>();
        for (var number = 0; number < 4; number++)
        {
            workers.Add(await JoinAsync(assignment => assignment.FinishAsync(OutcomeKind.WorkerFailed, "no")));
        }

        var answer = await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());

        Assert.Equal((AllFailed, 3), (answer.Error, workers.Sum(worker => worker.Assigned)));
    }

    [Fact]
    public async Task A_segment_whose_workers_are_away_waits_for_one_to_come_back()
    {
        var worker = await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        await worker.LeaveAsync();
        await Server.WaitForWorkersAsync(registry => registry.Connected.Count == 0);
        var segment = TestJob.Segment();

        using var response = await Gateway.BeginSegmentAsync(TestJob.Credentials(terms, segment), segment);
        await JoinGoodAsync();

        Assert.Equal(2, (await SegmentAnswer.ReadAsync(response)).Renditions.Count);
    }

    [Fact]
    public async Task When_no_worker_comes_in_time_the_gateway_is_told_that_nobody_can()
    {
        var worker = await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        await worker.LeaveAsync();
        await Server.WaitForWorkersAsync(registry => registry.Connected.Count == 0);

        var answer = await SendAsThePatienceEndsAsync(terms);

        Assert.Equal("no transcoders can provide requested capabilities", answer.Error);
        Assert.Equal(1, await SegmentsAsync("failed"));
    }

    [Fact]
    public async Task When_all_workers_are_full_until_the_end_the_gateway_is_told_that_nobody_is_free()
    {
        var worker = await JoinGoodAsync(capacity: 2);
        var (first, second) = (await Gateway.GetOrchestratorAsync(), await Gateway.GetOrchestratorAsync());
        await Gateway.SegmentAsync(first);
        await Gateway.SegmentAsync(second);
        await worker.SetCapacityAsync(1);
        worker.Work = null;
        var held = Gateway.SegmentAsync(Long(first), TestJob.Segment());
        var assignment = await worker.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();

        var answer = await SendAsThePatienceEndsAsync(second);

        Assert.Equal("no transcoders available", answer.Error);
        await TestAssignment.AnswerAsync(assignment);
        Assert.Equal(2, (await held).Renditions.Count);
    }

    [Fact]
    public async Task When_the_gateways_patience_is_over_no_worker_is_given_the_segment_any_more()
    {
        await using var server = await RunningServer.StartAsync(("Dispatch:HedgeShare", "0"));
        await using var worker = await TestWorker.JoinAsync(server);
        var answer = server.Gateway.SegmentAsync(await server.Gateway.GetOrchestratorAsync());
        using var fetched = await (await worker.NextAssignmentAsync()).FetchAsync();

        server.Time.Forward(TimeSpan.FromSeconds(8));
        Assert.Equal(AllFailed, (await answer).Error);
        worker.Work = assignment => TestAssignment.AnswerAsync(assignment);
        var next = await server.Gateway.SegmentAsync(await server.Gateway.GetOrchestratorAsync());

        Assert.Equal((2, 2), (next.Renditions.Count, worker.Assigned));
    }

    [Fact]
    public async Task A_session_beyond_what_the_workers_take_is_capped_and_those_before_it_go_on()
    {
        await JoinGoodAsync(capacity: 1);
        var (first, second) = (await Gateway.GetOrchestratorAsync(), await Gateway.GetOrchestratorAsync());
        await Gateway.SegmentAsync(first);

        var refused = await Gateway.SegmentAsync(second);
        var known = await Gateway.SegmentAsync(first, 2);

        Assert.Equal((403, "OrchestratorCapped\n"), (refused.Status, refused.Text));
        Assert.Equal(2, known.Renditions.Count);
    }

    /// <summary>A worker that holds the segment, alone until then.</summary>
    private async Task<(TestAssignment Assignment, Task<SegmentAnswer> Answer)> BeginAtAsync()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        return (await worker.NextAssignmentAsync(), answer);
    }

    private async Task AssertDoneByAsync(TestWorker worker, SegmentAnswer answer)
    {
        Assert.Equal([TestJob.LargePixels, TestJob.SmallPixels], answer.Renditions.Select(rendition => rendition.Pixels));
        Assert.Equal(1, await Server.ScalarAsync($"SELECT count(*) FROM contributions WHERE worker_id = '{worker.Id}'"));
        Assert.Equal((1, 1), (await SegmentsAsync("transcoded"), await ContributionsAsync()));
        Assert.Equal(TestJob.GoodRenditions.Sum(rendition => rendition.Length), Server.Spool.Bytes);
    }

    /// <summary>A segment whose gateway is patient for far longer than that of any other here.</summary>
    private static Shared.Livepeer.Wire.SegData Long(Shared.Livepeer.Wire.OrchestratorInfo terms)
    {
        var credentials = TestJob.Credentials(terms, TestJob.Segment());
        credentials.Duration = 60_000;
        return credentials;
    }

    /// <summary>A segment whose bytes come when the gateway's patience is nearly over: the clock is put forward while they are under way.</summary>
    private async Task<SegmentAnswer> SendAsThePatienceEndsAsync(Shared.Livepeer.Wire.OrchestratorInfo terms)
    {
        var segment = TestJob.Segment();
        using var request = Gateway.SegmentRequest(Shared.Livepeer.WireHeaders.Encode(TestJob.Credentials(terms, segment)), segment);
        request.Content = new InterruptedContent(segment, () => Server.Time.Forward(TimeSpan.FromSeconds(7.4)));
        request.Headers.ExpectContinue = true;
        using var response = await Gateway.SendAsync(request, Kit.HttpVersion.One);
        return await SegmentAnswer.ReadAsync(response);
    }
}
