using System.Net.Http.Headers;
using System.Text;
using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Link;

/// <summary>The byte paths of an assignment over real HTTP (docs/protocol.md, Bytes).</summary>
public sealed class BytePathTests() : ServerTest(("Dispatch:MaxRenditionBytes", MaxRenditionBytes))
{
    private const string MaxRenditionBytes = "200000";

    [Fact]
    public async Task A_path_opens_only_to_the_token_of_its_own_assignment()
    {
        var worker = await JoinAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        var other = await Gateway.GetOrchestratorAsync();
        var answers = Task.WhenAll(Gateway.SegmentAsync(terms), Gateway.SegmentAsync(other));
        var (one, two) = (await worker.NextAssignmentAsync(), await worker.NextAssignmentAsync());

        foreach (var token in new[] { two.Message.Token, new string('0', 64), "", one.Message.Token[..^1], one.Message.Token + "0", "zz" })
        {
            using var fetch = await one.FetchAsync(token);
            using var upload = await one.UploadAsync(0, TestJob.GoodRenditions[0], token);
            using var outcome = await one.PostOutcomeAsync(new StringContent("{}"), token);
            Assert.Equal((401, 401, 401), ((int)fetch.StatusCode, (int)upload.StatusCode, (int)outcome.StatusCode));
        }

        await TestAssignment.AnswerAsync(one);
        await TestAssignment.AnswerAsync(two);
        Assert.All(await answers, answer => Assert.Equal(2, answer.Renditions.Count));
    }

    [Fact]
    public async Task What_is_no_assignment_is_404_and_what_has_no_token_is_401()
    {
        using var http = new HttpClient { BaseAddress = Server.Web };
        var path = WorkerLink.SegmentPath(Guid.NewGuid());
        using var stranger = await http.GetAsync(new Uri(path, UriKind.Relative));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", new string('0', 64));
        using var unknown = await http.GetAsync(new Uri(path, UriKind.Relative));
        using var nonsense = await http.GetAsync(new Uri("/worker/assignments/nonsense/segment", UriKind.Relative));

        Assert.Equal((401, 404, 404), ((int)stranger.StatusCode, (int)unknown.StatusCode, (int)nonsense.StatusCode));
    }

    [Fact]
    public async Task After_its_end_an_assignment_takes_and_gives_no_bytes()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        await TestAssignment.AnswerAsync(assignment);
        await answer;

        using var fetch = await assignment.FetchAsync();
        using var upload = await assignment.UploadAsync(0, TestJob.GoodRenditions[0]);

        Assert.Equal((410, 410), ((int)fetch.StatusCode, (int)upload.StatusCode));
    }

    [Fact]
    public async Task A_place_is_uploaded_to_once_and_only_where_there_is_one()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        using var first = await assignment.UploadAsync(0, TestJob.GoodRenditions[0]);

        using var second = await assignment.UploadAsync(0, TestJob.GoodRenditions[0]);
        using var third = await assignment.UploadAsync(2, TestJob.GoodRenditions[0]);

        Assert.Equal((204, 409, 404), ((int)first.StatusCode, (int)second.StatusCode, (int)third.StatusCode));
        using var last = await assignment.UploadAsync(1, TestJob.GoodRenditions[1]);
        Assert.True((await assignment.FinishAsync(OutcomeKind.Done)).Accepted);
        Assert.Equal(2, (await answer).Renditions.Count);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_is_no_rendition_and_its_place_stays_free()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        var before = Server.Spool.Bytes;

        await Assert.ThrowsAnyAsync<Exception>(() => assignment.UploadAsync(0, new BreakingContent(TestJob.GoodRenditions[0][..1000])));
        await Eventually.IsSoAsync("its bytes are gone", () => Task.FromResult(Server.Spool.Bytes == before));
        await Eventually.IsSoAsync("its place is free", async () =>
        {
            using var again = await assignment.UploadAsync(0, TestJob.GoodRenditions[0]);
            return (int)again.StatusCode == 204;
        });
        using var other = await assignment.UploadAsync(1, TestJob.GoodRenditions[1]);
        await assignment.FinishAsync(OutcomeKind.Done);

        Assert.Equal(2, (await answer).Renditions.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rendition_above_the_limit_is_413_whether_its_length_was_told_or_not(bool isChunked)
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        var before = Server.Spool.Bytes;
        using var content = new ByteArrayContent(new byte[int.Parse(MaxRenditionBytes) + 100_000]);
        using HttpContent body = isChunked ? new ChunkedContent(content) : content;

        using var refused = await assignment.UploadAsync(0, body);

        Assert.Equal((413, before), ((int)refused.StatusCode, Server.Spool.Bytes));
        await TestAssignment.AnswerAsync(assignment);
        Assert.Equal(2, (await answer).Renditions.Count);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("{", 400)]
    [InlineData("null", 400)]
    [InlineData("""{"kind":"splendid"}""", 400)]
    [InlineData("""{"kind":0}""", 400)]
    public async Task What_is_no_outcome_is_400_and_ends_nothing(string body, int status)
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();

        using var refused = await assignment.PostOutcomeAsync(new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(status, (int)refused.StatusCode);
        await TestAssignment.AnswerAsync(assignment);
        Assert.Equal(2, (await answer).Renditions.Count);
    }

    /// <summary>A body that promises more than comes.</summary>
    private sealed class BreakingContent(byte[] begun) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(begun);
            await stream.FlushAsync();
            throw new IOException("The worker's encoder died.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>Hides the length of another body.</summary>
    private sealed class ChunkedContent(HttpContent inner) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => inner.CopyToAsync(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
