using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Link;

/// <summary>With work in hand a dead connection is noticed by its silence, though its socket looks open (docs/protocol.md, Probes).</summary>
public sealed class LivenessTests() : ServerTest(("Dispatch:HedgeShare", "0"))
{
    [Fact]
    public async Task A_worker_that_goes_silent_with_a_segment_in_hand_is_given_up_after_three_periods()
    {
        var silent = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await silent.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();
        silent.IsMute = true;
        var good = await JoinGoodAsync();

        for (var probe = 0; probe < WorkerLink.MaxUnansweredProbes; probe++)
        {
            Server.Time.Forward(WorkerLink.ProbePeriod);
            await silent.NextProbeAsync();
        }

        Assert.Equal(0, good.Assigned);
        Server.Time.Forward(WorkerLink.ProbePeriod);

        Assert.Equal(2, (await answer).Renditions.Count);
        await silent.Closed;
        Assert.Equal(1, good.Assigned);
        Assert.Equal(good.Id, Assert.Single(Server.Registry.Connected).Identity.Id.Value);
    }

    [Fact]
    public async Task A_worker_that_answers_its_probes_keeps_its_segment_and_an_idle_one_is_not_asked()
    {
        var busy = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await busy.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();
        var idle = await JoinAsync();

        for (var probe = 0; probe < 2 * WorkerLink.MaxUnansweredProbes; probe++)
        {
            Server.Time.Forward(WorkerLink.ProbePeriod);
            await busy.NextProbeAsync();
        }

        await TestAssignment.AnswerAsync(assignment);
        Assert.Equal((2, 0, 0), ((await answer).Renditions.Count, idle.Probes, idle.Assigned));
    }

    [Fact]
    public async Task Bytes_on_their_way_are_a_sign_of_life_too()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();
        worker.IsMute = true;

        for (var period = 0; period < 2; period++)
        {
            for (var probe = 0; probe < WorkerLink.MaxUnansweredProbes; probe++)
            {
                Server.Time.Forward(WorkerLink.ProbePeriod);
                await worker.NextProbeAsync();
            }

            using var uploaded = await assignment.UploadAsync(period, TestJob.GoodRenditions[period]);
        }

        Assert.True((await assignment.FinishAsync(OutcomeKind.Done)).Accepted);
        Assert.Equal(2, (await answer).Renditions.Count);
    }

    [Fact]
    public async Task A_worker_that_comes_back_with_its_segment_goes_on_with_it_and_nobody_begins_anew()
    {
        var dropped = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await dropped.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();
        using var half = await assignment.UploadAsync(0, TestJob.GoodRenditions[0]);

        dropped.Die();
        await Server.WaitForWorkersAsync(registry => registry.Connected.Count == 0);
        using var meanwhile = await assignment.UploadAsync(1, TestJob.GoodRenditions[1]);
        await using var back = await TestWorker.JoinAsync(Server, dropped.Key, held: [assignment.Message.AssignmentId]);
        Assert.Equal(1, Assert.Single(Server.Registry.Connected).InFlight);
        var verdict = await assignment.FinishAsync(OutcomeKind.Done);

        Assert.Equal((204, true), ((int)meanwhile.StatusCode, verdict.Accepted));
        Assert.Equal((2, 0), ((await answer).Renditions.Count, back.Assigned));
        await Eventually.IsSoAsync("its place is free", () => Task.FromResult(Server.Registry.Connected.Single().InFlight == 0));
    }

    [Fact]
    public async Task Who_comes_back_with_what_is_over_is_told_to_stop()
    {
        var lost = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await lost.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();
        await JoinGoodAsync();
        lost.Die();
        await answer;

        await using var back = await TestWorker.ConnectAsync(Server, lost.Key);
        var told = back.ExpectCancel(assignment);
        await back.JoinAsync(back.Request((await back.HelloAsync()).Nonce) with { Held = [assignment.Message.AssignmentId] });

        await told;
    }

    [Fact]
    public async Task A_segment_whose_only_worker_was_lost_is_done_when_it_is_back()
    {
        var lost = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await lost.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();

        lost.Die();
        await Server.WaitForWorkersAsync(registry => registry.Connected.Count == 0);
        var back = await JoinAsync(again => TestAssignment.AnswerAsync(again), key: lost.Key);

        Assert.Equal(2, (await answer).Renditions.Count);
        Assert.Equal((lost.Id, 1), (back.Id, back.Assigned));
    }
}
