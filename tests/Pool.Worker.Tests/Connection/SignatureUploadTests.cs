using Microsoft.AspNetCore.Http;
using Pool.Shared.Contracts;

namespace Pool.Worker.Tests.Connection;

/// <summary>Perceptual hashes on their way to the pool (docs/protocol.md, Bytes).</summary>
public sealed class SignatureUploadTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signatures_go_to_the_pool_before_the_outcome_when_they_are_wanted(bool isWanted)
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        var isAsked = !isWanted;
        worker.Transcoder.Work = async (job, sink, token) =>
        {
            isAsked = job.IsSignatureWanted;
            for (var rendition = 0; isAsked && rendition < job.Profiles.Count; rendition++)
            {
                var lent = new byte[] { 7, (byte)rendition };
                await sink.SignAsync(rendition, lent, token);
                lent.AsSpan().Clear();
            }

            return await FakeTranscoder.EchoAsync(job, sink, token);
        };

        var assignment = await pool.AssignAsync(
            await pool.NextJoinAsync(), renditions: 2, before: made => made.Message = made.Message with { IsSignatureWanted = isWanted });
        var outcome = await assignment.NextOutcomeAsync();

        Assert.Equal((OutcomeKind.Done, isWanted), (outcome.Kind, isAsked));
        Assert.Equal(isWanted ? [[7, 0], [7, 1]] : [], assignment.Signatures.OrderBy(entry => entry.Key).Select(entry => entry.Value));
    }

    [Fact]
    public async Task A_signature_that_the_pool_does_not_take_fails_the_assignment_with_the_reason()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);
        worker.Transcoder.Work = async (job, sink, token) =>
        {
            await sink.SignAsync(0, new byte[] { 1 }, token);
            return await FakeTranscoder.EchoAsync(job, sink, token);
        };

        var assignment = await pool.AssignAsync(
            await pool.NextJoinAsync(), before: made => made.SignatureStatus = StatusCodes.Status507InsufficientStorage);
        var outcome = await assignment.NextOutcomeAsync();

        Assert.Equal(OutcomeKind.WorkerFailed, outcome.Kind);
        Assert.Contains("The signature of rendition 0 could not be uploaded: the pool answered 507", outcome.Detail, StringComparison.Ordinal);
    }
}
