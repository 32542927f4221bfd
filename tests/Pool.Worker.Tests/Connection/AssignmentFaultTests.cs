using Pool.Shared.Contracts;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Tests.Connection;

public sealed class AssignmentFaultTests
{
    [Fact]
    public async Task A_segment_shorter_than_announced_is_the_links_fault_whatever_the_transcoder_says()
    {
        var outcome = await OutcomeAsync(
            async (job, _, token) =>
            {
                await Assert.ThrowsAnyAsync<Exception>(() => job.Segment.CopyToAsync(Stream.Null, token));
                return new TranscodeOutcome.BadInput(InputFault.InvalidVideo);
            },
            announced: 1001);

        Assert.Equal((OutcomeKind.WorkerFailed, "The segment ended after 1000 of 1001 bytes"), (outcome.Kind, outcome.Detail));
    }

    [Fact]
    public async Task A_segment_longer_than_announced_is_the_links_fault()
    {
        var outcome = await OutcomeAsync(FakeTranscoder.EchoAsync, announced: 999);

        Assert.Equal((OutcomeKind.WorkerFailed, "The segment is longer than the 999 bytes that were announced"), (outcome.Kind, outcome.Detail));
    }

    [Fact]
    public async Task Bad_input_is_told_with_the_networks_word()
    {
        var outcome = await OutcomeAsync((_, _, _) => Task.FromResult<TranscodeOutcome>(new TranscodeOutcome.BadInput(InputFault.UnsupportedCodec)));

        Assert.Equal(new AssignmentOutcome(OutcomeKind.BadInput, InputFault.UnsupportedCodec, 0, 0), outcome);
    }

    [Fact]
    public async Task Bad_input_in_other_words_is_the_workers_failure()
    {
        var outcome = await OutcomeAsync((_, _, _) => Task.FromResult<TranscodeOutcome>(new TranscodeOutcome.BadInput("ugly")));

        Assert.Equal(OutcomeKind.TranscoderFailed, outcome.Kind);
    }

    [Fact]
    public async Task A_failed_transcode_is_told_with_its_reason()
    {
        var outcome = await OutcomeAsync((_, _, _) => Task.FromResult<TranscodeOutcome>(new TranscodeOutcome.Failed("The transcode host ended")));

        Assert.Equal((OutcomeKind.TranscoderFailed, "The transcode host ended"), (outcome.Kind, outcome.Detail));
    }

    [Fact]
    public async Task A_transcoder_that_throws_costs_its_segment_and_not_the_worker()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        worker.Transcoder.Work = (_, _, _) => throw new InvalidOperationException("a bug");
        var joined = await pool.NextJoinAsync();

        var broken = await (await pool.AssignAsync(joined)).NextOutcomeAsync();
        worker.Transcoder.Work = FakeTranscoder.EchoAsync;
        var next = await (await pool.AssignAsync(joined)).NextOutcomeAsync();

        Assert.Equal((OutcomeKind.TranscoderFailed, "The transcoder broke: a bug"), (broken.Kind, broken.Detail));
        Assert.Equal(OutcomeKind.Done, next.Kind);
    }

    [Fact]
    public async Task A_rendition_that_was_not_completed_is_broken_off_and_never_taken_for_a_whole_one()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        FakeAssignment? assignment = null;
        worker.Transcoder.Work = async (_, sink, token) =>
        {
            await sink.WriteAsync(0, new byte[] { 1 }, token);
            await assignment!.FirstBytes;
            return new TranscodeOutcome.Done(1, TimeSpan.Zero);
        };

        await pool.AssignAsync(await pool.NextJoinAsync(), before: made => assignment = made);
        var outcome = await assignment!.NextOutcomeAsync();

        Assert.Equal((OutcomeKind.WorkerFailed, "The transcoder did not finish rendition 0"), (outcome.Kind, outcome.Detail));
        Assert.Empty(assignment.Renditions);
    }

    [Fact]
    public async Task An_assignment_without_profiles_is_answered_and_not_worked_on()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);

        var assignment = await pool.AssignAsync(await pool.NextJoinAsync(), renditions: 0);

        Assert.Equal("An assignment has 1 to 64 profiles", (await assignment.NextOutcomeAsync()).Detail);
    }

    private static async Task<AssignmentOutcome> OutcomeAsync(
        Func<TranscodeJob, IRenditionSink, CancellationToken, Task<TranscodeOutcome>> work, int announced = 1000)
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        worker.Transcoder.Work = work;
        var joined = await pool.NextJoinAsync();
        var honest = FakeAssignment.Create(FakePool.Segment(1000), renditions: 1, Patience.Limit);
        var assignment = new FakeAssignment(honest.Message with { SegmentBytes = announced }, honest.Segment);
        pool.Assignments[assignment.Message.AssignmentId] = assignment;
        await joined.Client.Assign(assignment.Message);
        return await assignment.NextOutcomeAsync();
    }
}
