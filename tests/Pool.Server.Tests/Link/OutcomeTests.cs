using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Link;

/// <summary>The first outcome counts (docs/protocol.md, Idempotency), and what a worker says is checked.</summary>
public sealed class OutcomeTests : ServerTest
{
    [Fact]
    public async Task A_second_outcome_gets_the_first_verdict_and_changes_nothing()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();

        var first = await TestAssignment.AnswerAsync(assignment);
        var same = await assignment.FinishAsync(OutcomeKind.Done);
        var other = await assignment.FinishAsync(OutcomeKind.BadInput, InputFault.NoKeyFrames);
        var third = await assignment.FinishAsync(OutcomeKind.WorkerFailed, "on second thoughts");

        Assert.Equal([true, true, true, true], new[] { first, same, other, third }.Select(verdict => verdict.Accepted));
        Assert.Equal(2, (await answer).Renditions.Count);
        Assert.Equal((1, 1), (await SegmentsAsync("transcoded"), await ContributionsAsync()));
    }

    [Fact]
    public async Task A_result_that_was_refused_stays_refused_and_is_in_nobodys_favour()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        using var only = await assignment.UploadAsync(0, TestJob.GoodRenditions[0]);

        var first = await assignment.FinishAsync(OutcomeKind.Done);
        var again = await assignment.FinishAsync(OutcomeKind.Done);

        Assert.Equal((false, "rendition 1 was not uploaded"), (first.Accepted, first.Reason));
        Assert.Equal(first, again);
        Assert.Equal("Remote transcoder took too long", (await answer).Error);
        Assert.Equal((1, 0, 0L), (await SegmentsAsync("failed"), await ContributionsAsync(), Server.Spool.Bytes));
    }

    [Theory]
    [InlineData("swapped", "its larger side must be 320")]
    [InlineData("frames left out", "has 4 frames, but 'large' has 10")]
    [InlineData("no video", "no MPEG transport stream")]
    [InlineData("empty", "it is empty")]
    public async Task A_wrong_rendition_is_not_returned_and_not_paid_and_another_worker_makes_it(string fault, string reason)
    {
        var bad = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await bad.NextAssignmentAsync();
        var good = await JoinGoodAsync();

        var verdict = await TestAssignment.AnswerAsync(assignment, Wrong(fault));
        var result = await answer;

        Assert.False(verdict.Accepted);
        Assert.Contains(reason, verdict.Reason, StringComparison.Ordinal);
        Assert.Equal([TestJob.LargePixels, TestJob.SmallPixels], result.Renditions.Select(rendition => rendition.Pixels));
        Assert.Equal(1, await Server.ScalarAsync($"SELECT count(*) FROM contributions WHERE worker_id = '{good.Id}'"));
        Assert.Equal(1, await ContributionsAsync());
        Assert.Equal(TestJob.GoodRenditions.Sum(rendition => rendition.Length), Server.Spool.Bytes);
    }

    private static IReadOnlyList<byte[]> Wrong(string fault) => fault switch
    {
        "swapped" => [.. TestJob.GoodRenditions.Reverse()],
        "frames left out" => [TestJob.GoodRenditions[0], MadeRendition.Of(TestJob.SmallWidth, TestJob.SmallHeight, 4)],
        "no video" => [TestJob.GoodRenditions[0], new byte[10_000]],
        _ => [TestJob.GoodRenditions[0], []],
    };
}
