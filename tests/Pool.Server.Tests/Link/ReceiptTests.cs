using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;

namespace Pool.Server.Tests.Link;

/// <summary>A worker whose work is settled gets a signed receipt of it (docs/protocol.md, Receipts).</summary>
public sealed class ReceiptTests : ServerTest
{
    [Fact]
    public async Task The_receipt_of_a_segment_says_what_is_in_the_books_and_is_signed_by_the_key_that_was_named_at_joining()
    {
        var worker = await ConnectAsync();
        worker.Work = assignment => TestAssignment.AnswerAsync(assignment);
        var verdict = await worker.JoinAsync(worker.Request((await worker.HelloAsync()).Nonce));
        await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());

        var receipt = await worker.NextReceiptAsync();

        var body = receipt.Receipt;
        Assert.True(Address.TryParse(verdict.ReceiptKey, out var pool, out _));
        Assert.True(receipt.IsSignedBy(pool));
        Assert.Equal((verdict.ReceiptKey, worker.Key.Address.ToString(), TestWorker.Payee, ReceiptRole.Primary), (body.Pool, body.NodeKey, body.Payee, body.Role));
        Assert.Equal([(TestJob.LargePixels, TestJob.Frames), (TestJob.SmallPixels, TestJob.Frames)], body.Renditions.Select(rendition => (rendition.Pixels, (int)rendition.Frames)));
        Assert.Equal(1, await Server.ScalarAsync(
            $"SELECT count(*) FROM contributions WHERE assignment_id = '{body.AssignmentId}' AND segment_id = '{body.SegmentId}' AND pixels = {TestJob.Pixels} AND renditions->0->>'hash' = '{body.Renditions[0].Hash}'"));
    }

    [Fact]
    public async Task A_receipt_in_which_anything_was_changed_has_no_good_signature()
    {
        var worker = await JoinGoodAsync();
        await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());
        var receipt = await worker.NextReceiptAsync();
        var body = receipt.Receipt;
        Assert.True(Address.TryParse(body.Pool, out var pool, out _));

        Receipt[] changed =
        [
            body with { Payee = body.NodeKey },
            body with { Role = ReceiptRole.Hedge },
            body with { SettledAtMilliseconds = body.SettledAtMilliseconds + 1 },
            body with { SegmentId = Guid.NewGuid() },
            body with { Renditions = [body.Renditions[0] with { Pixels = body.Renditions[0].Pixels + 1 }, body.Renditions[1]] },
            body with { Renditions = [body.Renditions[0]] },
            body with { Renditions = [.. body.Renditions.Reverse()] },
        ];

        Assert.All(changed, other => Assert.False((receipt with { Receipt = other }).IsSignedBy(pool)));
        Assert.False((receipt with { Signature = "0x" }).IsSignedBy(pool));
        Assert.False(receipt.IsSignedBy(worker.Key.Address));
    }

    [Fact]
    public async Task The_loser_of_a_hedge_gets_a_receipt_of_its_hedge()
    {
        var late = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await late.NextAssignmentAsync();
        using var fetched = await assignment.FetchAsync();
        foreach (var (index, rendition) in TestJob.GoodRenditions.Index())
        {
            using var uploaded = await assignment.UploadAsync(index, rendition);
        }

        var second = await JoinGoodAsync();
        Server.Time.Forward(TimeSpan.FromSeconds(1.1));
        await answer;

        Assert.Equal(ReceiptRole.Primary, (await second.NextReceiptAsync()).Receipt.Role);
        var hedge = (await late.NextReceiptAsync()).Receipt;
        Assert.Equal((ReceiptRole.Hedge, assignment.Message.AssignmentId), (hedge.Role, hedge.AssignmentId));
    }

    [Fact]
    public async Task The_key_that_signs_receipts_stays_the_same_over_a_restart()
    {
        var before = await JoinedKeyAsync();

        await Server.RestartAsync();

        Assert.Equal(before, await JoinedKeyAsync());
    }

    private async Task<string> JoinedKeyAsync()
    {
        var worker = await ConnectAsync();
        return (await worker.JoinAsync(worker.Request((await worker.HelloAsync()).Nonce))).ReceiptKey;
    }
}
