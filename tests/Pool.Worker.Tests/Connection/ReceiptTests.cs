using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Worker.Connection;

namespace Pool.Worker.Tests.Connection;

/// <summary>Receipts are checked and kept; what is wrong with one is said aloud (docs/protocol.md, Receipts).</summary>
public sealed class ReceiptTests : IAsyncLifetime
{
    private FakePool _pool = null!;   // set before any test runs
    private WorkerUnderTest _worker = null!;
    private FakeWorker _joined = null!;

    public async Task InitializeAsync()
    {
        _pool = await FakePool.StartAsync();
        _worker = WorkerUnderTest.Start(_pool);
        _joined = await _pool.NextJoinAsync();
    }

    public async Task DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _pool.DisposeAsync();
    }

    [Fact]
    public async Task A_good_receipt_is_kept_as_it_was_signed()
    {
        var receipt = Receipt().Sign(FakePool.ReceiptKey);

        await _joined.Client.Receipt(receipt);
        var shown = await _worker.Events.NextAsync<Receipt>();

        var kept = Assert.Single(_worker.Receipts.Read());
        Assert.Equal((receipt.Signature, receipt.Receipt.ToText()), (kept.Signature, kept.Receipt.ToText()));
        Assert.True(kept.IsSignedBy(FakePool.ReceiptKey.Address));
        Assert.Equal(receipt.Receipt.AssignmentId, shown.AssignmentId);
    }

    [Theory]
    [InlineData("signed by another key", "is not signed by")]
    [InlineData("changed", "is not signed by")]
    [InlineData("another pool", "is not signed by")]
    [InlineData("another worker", "is for another worker")]
    [InlineData("another payee", "credits 0x")]
    [InlineData("no such role", "no receipt")]
    [InlineData("too many renditions", "no receipt")]
    public async Task A_wrong_receipt_is_not_kept_and_its_owner_is_warned(string fault, string warning)
    {
        using var stranger = EthereumKey.Create();
        var good = Receipt();
        var rendition = good.Renditions[0];
        var wrong = fault switch
        {
            "signed by another key" => good.Sign(stranger),
            "changed" => good.Sign(FakePool.ReceiptKey) with { Receipt = good with { Renditions = [rendition with { Pixels = 1 }] } },
            "another pool" => (good with { Pool = stranger.Address.ToString() }).Sign(stranger),
            "another worker" => (good with { NodeKey = stranger.Address.ToString() }).Sign(FakePool.ReceiptKey),
            "another payee" => (good with { Payee = stranger.Address.ToString() }).Sign(FakePool.ReceiptKey),
            "no such role" => new SignedReceipt(good with { Role = (ReceiptRole)9 }, "0x"),
            _ => (good with { Renditions = [.. Enumerable.Repeat(rendition, AssignmentRunner.MaxRenditions + 1)] }).Sign(FakePool.ReceiptKey),
        };

        await _joined.Client.Receipt(wrong);

        Assert.Contains(warning, (await _worker.Events.NextAsync<WarningEvent>()).Text, StringComparison.Ordinal);
        Assert.Empty(_worker.Receipts.Read());
    }

    [Fact]
    public async Task A_pool_that_signs_with_another_key_than_at_first_is_told_of_aloud_and_its_receipts_are_kept()
    {
        using var other = EthereumKey.Create();
        _pool.Verdict = request => new JoinVerdict(true, Guid.NewGuid(), null, request.WishedCapacity) { ReceiptKey = other.Address.ToString() };
        _joined.Drop();
        var again = await _pool.NextJoinAsync();

        await again.Client.Receipt((Receipt() with { Pool = other.Address.ToString() }).Sign(other));
        await _worker.Events.NextAsync<Receipt>();

        Assert.Contains($"signed by {other.Address} now", (await _worker.Events.NextAsync<WarningEvent>()).Text, StringComparison.Ordinal);
        Assert.Single(_worker.Receipts.Read());
    }

    [Fact]
    public async Task A_pool_that_names_no_key_for_its_receipts_is_left()
    {
        _pool.Verdict = request => new JoinVerdict(true, Guid.NewGuid(), null, request.WishedCapacity);
        _joined.Drop();

        var refused = Assert.IsType<LinkEnd.Refused>(await _worker.End);

        Assert.Contains("no address for its receipts", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_oldest_receipts_go_when_there_are_too_many()
    {
        var home = Directory.CreateTempSubdirectory("pool-receipts-").FullName;
        var receipt = Receipt().Sign(FakePool.ReceiptKey);
        var book = ReceiptBook.Open(home, maxFileBytes: 2000);

        for (var number = 0; number < 100; number++)
        {
            book.Keep(receipt with { Receipt = receipt.Receipt with { SettledAtMilliseconds = number } });
        }

        var kept = book.Read().Select(each => (int)each.Receipt.SettledAtMilliseconds).ToList();
        Assert.Equal(Enumerable.Range(kept[0], kept.Count), kept);
        Assert.Equal((99, ReceiptBook.MaxFiles), (kept[^1], Directory.GetFiles(Path.Combine(home, "receipts")).Length));
        Directory.Delete(home, recursive: true);
    }

    private Receipt Receipt() => new(
        FakePool.ReceiptKey.Address.ToString(), _worker.Identity.NodeKey.Address.ToString(), _worker.Identity.Payee.ToString(), Guid.NewGuid(), Guid.NewGuid(),
        ReceiptRole.Primary, 1_800_000_000_000, [new ReceiptRendition(640, 360, 60, 640 * 360 * 60, 100_000, new string('0', 64))]);
}
