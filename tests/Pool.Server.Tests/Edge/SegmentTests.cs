using Google.Protobuf;
using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Edge;

/// <summary>Good segments, and what goes wrong inside the 200 (protocol §4.2 steps 18 and 19, §4.8, §4.11).</summary>
public sealed class SegmentTests : ServerTest
{
    [Theory]
    [InlineData(Kit.HttpVersion.One)]
    [InlineData(Kit.HttpVersion.Two)]
    internal async Task A_segment_comes_back_in_the_order_of_its_profiles_with_exact_pixels(Kit.HttpVersion version)
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();

        var answer = await Gateway.SegmentAsync(terms, sequence: 7, version);

        Assert.Equal(7, answer.Result!.Seq);
        Assert.Equal([TestJob.LargePixels, TestJob.SmallPixels], answer.Renditions.Select(rendition => rendition.Pixels));
        Assert.Equal(terms.AuthToken, answer.Result.Info.AuthToken);
        Assert.Equal(terms.Address, answer.Result.Info.Address);
        Assert.Equal(ByteString.Empty, answer.Result.Data.Sig);
        Assert.Equal(TestJob.Pixels, await Server.ScalarAsync("SELECT sum(pixels) FROM contributions WHERE role = 'primary'"));
    }

    [Theory]
    [InlineData(Kit.HttpVersion.One)]
    [InlineData(Kit.HttpVersion.Two)]
    internal async Task The_200_is_there_before_the_worker_has_answered(Kit.HttpVersion version)
    {
        var worker = await JoinAsync();
        var segment = TestJob.Segment();

        using var response = await Gateway.BeginSegmentAsync(TestJob.Credentials(await Gateway.GetOrchestratorAsync(), segment), segment, version);
        var assignment = await worker.NextAssignmentAsync();
        var body = SegmentAnswer.ReadAsync(response);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.False(body.IsCompleted);
        await TestAssignment.AnswerAsync(assignment);
        Assert.Equal(2, (await body).Renditions.Count);
    }

    [Fact]
    public async Task The_worker_gets_the_gateways_bytes_and_profiles()
    {
        var worker = await JoinAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        var segment = TestJob.Segment(length: 3_000_000);
        var credentials = TestJob.Credentials(terms, segment);
        credentials.SegmentParameters = new Shared.Livepeer.Wire.SegParameters { From = 500, To = 1500 };
        credentials.ForceSessionReinit = true;

        var answer = Gateway.SegmentAsync(credentials, segment);
        var assignment = await worker.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();
        var bytes = await fetched.Content.ReadAsByteArrayAsync();
        await TestAssignment.AnswerAsync(assignment);
        await answer;

        Assert.Equal(segment, bytes);
        Assert.Equal(segment.Length, assignment.Message.SegmentBytes);
        Assert.Equal(["large", "small"], assignment.Message.Profiles.Select(profile => profile.Name));
        Assert.Equal(new Clip(500, 1500), assignment.Message.Clip);
        Assert.True(assignment.Message.ForceReinit);
        Assert.InRange(assignment.Message.DeadlineMilliseconds, 1, 8000);
    }

    [Fact]
    public async Task A_repeated_segment_is_simply_transcoded_again()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();

        var first = await Gateway.SegmentAsync(terms);
        var again = await Gateway.SegmentAsync(terms);

        Assert.Empty(first.Renditions.Select(rendition => rendition.Url).Intersect(again.Renditions.Select(rendition => rendition.Url)));
        Assert.Equal((2, 2), (await SegmentsAsync("transcoded"), await ContributionsAsync()));
    }

    [Fact]
    public async Task Bad_input_is_told_in_the_networks_word_and_the_session_stays()
    {
        await JoinAsync(assignment => assignment.FinishAsync(OutcomeKind.BadInput, InputFault.NoKeyFrames));
        var terms = await Gateway.GetOrchestratorAsync();

        var answer = await Gateway.SegmentAsync(terms);

        Assert.Equal(InputFault.NoKeyFrames, answer.Error);
        Assert.Equal(terms.AuthToken, answer.Result!.Info.AuthToken);
        Assert.Equal((1, 0), (await SegmentsAsync("bad_input"), await ContributionsAsync()));
    }

    [Fact]
    public async Task A_stream_is_blamed_only_when_a_second_worker_agrees()
    {
        await JoinAsync(assignment => assignment.FinishAsync(OutcomeKind.BadInput, InputFault.InvalidVideo));
        await JoinGoodAsync();

        var answer = await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());

        Assert.Equal(2, answer.Renditions.Count);
    }

    [Fact]
    public async Task A_word_that_is_not_the_networks_blames_nobody_but_the_worker()
    {
        var verdict = new TaskCompletionSource<OutcomeVerdict>();
        await JoinAsync(async assignment => verdict.SetResult(await assignment.FinishAsync(OutcomeKind.BadInput, "I do not like it")));

        var answer = await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());

        Assert.False((await verdict.Task).Accepted);
        Assert.Equal("Remote transcoder took too long", answer.Error);
    }

    [Fact]
    public async Task A_sixth_segment_at_once_is_told_that_we_are_busy()
    {
        var worker = await JoinAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        var first = Gateway.SegmentAsync(terms);
        var assignment = await worker.NextAssignmentAsync();

        var others = Enumerable.Range(2, 5).Select(sequence => Gateway.SegmentAsync(terms, sequence)).ToList();
        var refused = await Task.WhenAny(others);

        Assert.Equal("OrchestratorBusy", (await refused).Error);
        worker.Work = each => TestAssignment.AnswerAsync(each);
        await TestAssignment.AnswerAsync(assignment);
        Assert.Equal(2, (await first).Renditions.Count);
        others.Remove(refused);
        Assert.All(await Task.WhenAll(others), answer => Assert.Equal(2, answer.Renditions.Count));
    }

    [Fact]
    public async Task Segments_that_wait_when_their_session_ends_are_told_so_and_the_running_one_comes_back()
    {
        var worker = await JoinAsync();
        var (terms, running) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        var waiting = Gateway.SegmentAsync(terms, 2);
        await Server.WaitForPendingAsync(terms.AuthToken.SessionId, 2);

        await Gateway.EndSessionAsync(terms.AuthToken);
        await TestAssignment.AnswerAsync(assignment);

        Assert.Equal(2, (await running).Renditions.Count);
        Assert.Equal("session closed", (await waiting).Error);
    }

    [Fact]
    public async Task A_name_no_database_can_hold_does_no_harm()
    {
        await JoinGoodAsync();
        var segment = TestJob.Segment();
        var credentials = TestJob.Credentials(await Gateway.GetOrchestratorAsync(), segment);
        credentials.FullProfiles[0].Name = "\0large\0";
        credentials.ManifestId = ByteString.CopyFrom(0, 255, 0);

        var answer = await Gateway.SegmentAsync(credentials, segment);

        Assert.Equal(2, answer.Renditions.Count);
        Assert.Equal(TestJob.Pixels, await Server.ScalarAsync("SELECT sum(pixels) FROM contributions"));
    }

    [Fact]
    public async Task An_empty_segment_is_bad_input_and_reaches_no_worker()
    {
        var worker = await JoinGoodAsync();

        var answer = await Gateway.SegmentAsync(TestJob.Credentials(await Gateway.GetOrchestratorAsync(), []), []);

        Assert.Equal(InputFault.InvalidVideo, answer.Error);
        Assert.Equal(0, worker.Assigned);
        Assert.Equal(1, await SegmentsAsync("bad_input"));
    }

    [Fact]
    public async Task A_gateway_that_hangs_up_stops_the_worker_and_the_segment_is_in_the_books()
    {
        var worker = await JoinAsync();
        var segment = TestJob.Segment();
        using (var gateway = new TestGatewayClient(Server.Network))
        {
            using var response = await gateway.BeginSegmentAsync(TestJob.Credentials(await gateway.GetOrchestratorAsync(), segment), segment);
            var assignment = await worker.NextAssignmentAsync();
            response.Dispose();
            await assignment.Cancelled;
        }

        await Eventually.IsSoAsync("the segment is booked", async () => await SegmentsAsync("failed") == 1);
        Assert.Equal(0, await ContributionsAsync());
    }
}
