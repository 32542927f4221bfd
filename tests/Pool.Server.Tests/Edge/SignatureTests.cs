using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Dispatch;
using Pool.Server.Livepeer;
using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Edge;

/// <summary>Perceptual hashes of renditions (protocol §4.10).</summary>
public sealed class SignatureTests : ServerTest
{
    private static readonly byte[][] s_hashes = [[1, 2, 3], [4, 5, 6, 7]];

    [Fact]
    public async Task A_hash_that_is_wanted_is_asked_for_announced_and_served()
    {
        var worker = await JoinAsync();
        var answer = SendAsync(isWanted: true);
        var assignment = await worker.NextAssignmentAsync();
        foreach (var (index, hash) in s_hashes.Index())
        {
            using var signed = await assignment.SignAsync(index, hash);
            Assert.Equal(204, (int)signed.StatusCode);
        }

        await TestAssignment.AnswerAsync(assignment);
        var renditions = (await answer).Renditions;

        Assert.True(assignment.Message.IsSignatureWanted);
        foreach (var (index, rendition) in renditions.Index())
        {
            using var served = await Gateway.DownloadAsync(rendition.PerceptualHashUrl);
            Assert.Equal(s_hashes[index], await served.Content.ReadAsByteArrayAsync());
            Assert.Equal("application/octet-stream", served.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task A_worker_that_makes_none_is_no_reason_to_fail()
    {
        await JoinGoodAsync();

        var answer = await SendAsync(isWanted: true);

        Assert.Equal(["", ""], answer.Renditions.Select(rendition => rendition.PerceptualHashUrl));
    }

    [Fact]
    public async Task A_hash_is_taken_once_where_it_is_wanted_and_from_its_own_worker_only()
    {
        var worker = await JoinAsync();
        var answer = SendAsync(isWanted: true);
        var assignment = await worker.NextAssignmentAsync();

        using var stranger = await assignment.SignAsync(0, s_hashes[0], new string('0', 64));
        using var elsewhere = await assignment.SignAsync(2, s_hashes[0]);
        using var empty = await assignment.SignAsync(0, []);
        using var first = await assignment.SignAsync(0, s_hashes[0]);
        using var again = await assignment.SignAsync(0, s_hashes[1]);
        await TestAssignment.AnswerAsync(assignment);
        using var late = await assignment.SignAsync(1, s_hashes[1]);
        var url = (await answer).Renditions[0].PerceptualHashUrl;
        using var served = await Gateway.DownloadAsync(url);

        Assert.Equal([401, 404, 409, 204, 409, 410], new[] { stranger, elsewhere, empty, first, again, late }.Select(one => (int)one.StatusCode));
        Assert.Equal(s_hashes[0], await served.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_hash_above_the_limit_is_413()
    {
        var worker = await JoinAsync();
        var answer = SendAsync(isWanted: true);
        var assignment = await worker.NextAssignmentAsync();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(Server.Web, WorkerLink.SignaturePath(assignment.Message.AssignmentId, 0)));
        request.Content = new ByteArrayContent(new byte[SignatureUpload.MaxBytes + 1]);
        request.Headers.ExpectContinue = true;
        request.Headers.Add("Authorization", $"Bearer {assignment.Message.Token}");

        using var refused = await http.SendAsync(request);
        await TestAssignment.AnswerAsync(assignment);

        Assert.Equal(413, (int)refused.StatusCode);
        Assert.Equal(2, (await answer).Renditions.Count);
    }

    [Fact]
    public async Task A_hash_that_nobody_wants_is_not_taken()
    {
        var worker = await JoinAsync();
        var answer = SendAsync(isWanted: false);
        var assignment = await worker.NextAssignmentAsync();

        using var refused = await assignment.SignAsync(0, s_hashes[0]);
        await TestAssignment.AnswerAsync(assignment);

        Assert.Equal((404, false), ((int)refused.StatusCode, assignment.Message.IsSignatureWanted));
        Assert.Equal(2, (await answer).Renditions.Count);
    }

    [Fact]
    public async Task The_hashes_of_a_result_that_was_refused_are_gone()
    {
        var worker = await JoinAsync();
        var answer = SendAsync(isWanted: true);
        var assignment = await worker.NextAssignmentAsync();
        using var signed = await assignment.SignAsync(0, s_hashes[0]);

        await assignment.FinishAsync(OutcomeKind.Done);
        await answer;

        Assert.Equal(0, Server.Spool.Bytes);
        Assert.Equal(0, Server.Services.GetRequiredService<EdgeGuard>().Faults);
    }

    private async Task<SegmentAnswer> SendAsync(bool isWanted)
    {
        var segment = TestJob.Segment();
        var credentials = TestJob.Credentials(await Gateway.GetOrchestratorAsync(), segment);
        credentials.CalcPerceptualHash = isWanted;
        return await Gateway.SegmentAsync(credentials, segment);
    }
}
