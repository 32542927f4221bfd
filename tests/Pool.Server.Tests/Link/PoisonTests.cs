using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Link;

/// <summary>A segment that breaks workers down is not sent round the pool, and one that merely failed is.</summary>
public sealed class PoisonTests : ServerTest
{
    [Fact]
    public async Task A_segment_that_breaks_two_workers_down_goes_to_nobody_else_and_the_gateway_is_told_that_it_is_bad()
    {
        var workers = await JoinThreeAsync(OutcomeKind.TranscoderFailed);

        var answer = await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());

        Assert.Equal((InputFault.InvalidVideo, 2), (answer.Error, workers.Sum(worker => worker.Assigned)));
        Assert.Equal((1, 0), (await SegmentsAsync("bad_input"), await ContributionsAsync()));
    }

    [Fact]
    public async Task Workers_that_break_down_over_everything_are_no_witnesses_and_get_no_more_while_another_is_well()
    {
        var broken = await JoinAsync(assignment => assignment.FinishAsync(OutcomeKind.TranscoderFailed, "no device"), capacity: 1);
        var good = await JoinGoodAsync(capacity: 8);
        var terms = await Gateway.GetOrchestratorAsync();

        for (var sequence = 1; sequence <= 6; sequence++)
        {
            Assert.Equal(2, (await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync(), sequence)).Renditions.Count);
        }

        Assert.InRange(broken.Assigned, 1, 3);
        Assert.Equal(6, good.Assigned);
        Assert.Equal(2, (await Gateway.SegmentAsync(terms, 7)).Renditions.Count);
    }

    [Fact]
    public async Task When_too_many_wait_for_a_worker_the_next_is_told_at_once_that_nobody_is_free()
    {
        await using var server = await RunningServer.StartAsync(("Dispatch:MaxWaiting", "1"));
        await using var worker = await TestWorker.JoinAsync(server, capacity: 3);
        var terms = new List<Shared.Livepeer.Wire.OrchestratorInfo>();
        for (var session = 0; session < 3; session++)
        {
            terms.Add(await server.Gateway.GetOrchestratorAsync());
            var opened = server.Gateway.SegmentAsync(terms[session]);
            await TestAssignment.AnswerAsync(await worker.NextAssignmentAsync());
            await opened;
        }

        await worker.SetCapacityAsync(1);
        var held = server.Gateway.SegmentAsync(terms[0], 2);
        var assignment = await worker.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();
        var rest = new[] { server.Gateway.SegmentAsync(terms[1], 2), server.Gateway.SegmentAsync(terms[2], 2) };

        var turnedAway = await await Task.WhenAny(rest);
        Assert.Equal("no transcoders available", turnedAway.Error);
        await TestAssignment.AnswerAsync(assignment);
        Assert.Equal(2, (await held).Renditions.Count);
        await TestAssignment.AnswerAsync(await worker.NextAssignmentAsync());
        Assert.Single(await Task.WhenAll(rest), answer => answer.Error.Length == 0);
    }

    private async Task<List<TestWorker>> JoinThreeAsync(OutcomeKind kind)
    {
        var workers = new List<TestWorker>();
        for (var number = 0; number < 3; number++)
        {
            workers.Add(await JoinAsync(assignment => assignment.FinishAsync(kind, "it broke")));
        }

        return workers;
    }
}
