using Pool.Server.Ledger;
using Pool.Shared.Money;
using static Pool.Server.Tests.Ledger.LedgerUnderTest;

namespace Pool.Server.Tests.Ledger;

/// <summary>Pending and posted are apart: a reservation holds the amount and moves nothing until it is posted or voided, once.</summary>
public sealed class PendingTests : IAsyncLifetime
{
    private LedgerUnderTest _ledger = null!;   // set before any test runs

    public async Task InitializeAsync()
    {
        _ledger = await LedgerUnderTest.StartAsync();
        await _ledger.PostAsync([.. Fund("fund", 100)]);
    }

    public async Task DisposeAsync() => await _ledger.DisposeAsync();

    [Fact]
    public async Task A_pending_transfer_holds_the_amount_and_moves_nothing()
    {
        await _ledger.PostAsync(Reserve("r", 70));

        var (payable, wallet) = (await _ledger.BalanceAsync(Payable()), await _ledger.BalanceAsync(Accounts.PoolWallet(Asset.Eth)));
        Assert.Equal((100, 70, 30), (payable.Posted, payable.Reserved, payable.Available));
        Assert.Equal((100, 70, 30), (wallet.Posted, wallet.Reserved, wallet.Available));
        Assert.Equal(LedgerRefusal.NotEnough, (await _ledger.RefusedAsync(Reserve("more", 31))).Refusal);
        await _ledger.AssertRightAsync();
    }

    [Fact]
    public async Task What_is_pending_into_an_account_cannot_leave_it_yet()
    {
        await _ledger.PostAsync(Reserve("back", 1) with { Debit = Accounts.OperatorEquity(Asset.Eth), Credit = Payable(1) });

        var refused = await _ledger.RefusedAsync(Reserve("r", 1, payee: 1));

        Assert.Equal(LedgerRefusal.NotEnough, refused.Refusal);
    }

    [Fact]
    public async Task Posting_a_pending_transfer_moves_the_amount_and_voiding_gives_it_back()
    {
        await _ledger.PostAsync(Reserve("paid", 70), Reserve("failed", 20));

        await _ledger.PostAsync(new PostPending("paid/post", "paid", PayOut), new VoidPending("failed/void", "failed", PayOut));

        var (payable, wallet) = (await _ledger.BalanceAsync(Payable()), await _ledger.BalanceAsync(Accounts.PoolWallet(Asset.Eth)));
        Assert.Equal((30, 0, 30), (payable.Posted, payable.Reserved, wallet.Posted));
        Assert.Equal((70, 0), (payable.PostedDebits, payable.PendingDebits));
        await _ledger.AssertRightAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pending_transfer_is_ended_once_and_the_same_end_again_is_a_repetition(bool voids)
    {
        await _ledger.PostAsync(Reserve("r", 70));
        LedgerOrder end = voids ? new VoidPending("end", "r", PayOut) : new PostPending("end", "r", PayOut);

        await _ledger.PostAsync(end);

        Assert.True((await _ledger.PostAsync(end)).WasRepeated);
        Assert.Equal(LedgerRefusal.EndedBefore, (await _ledger.RefusedAsync(new PostPending("other", "r", PayOut))).Refusal);
        Assert.Equal(LedgerRefusal.EndedBefore, (await _ledger.RefusedAsync(new VoidPending("other", "r", PayOut))).Refusal);
        LedgerOrder opposite = voids ? new PostPending("end", "r", PayOut) : new VoidPending("end", "r", PayOut);
        Assert.Equal(LedgerRefusal.OtherContent, (await _ledger.RefusedAsync(opposite)).Refusal);
        Assert.Equal(voids ? 100 : 30, await _ledger.PostedAsync(Payable()));
        await _ledger.AssertRightAsync();
    }

    [Fact]
    public async Task Only_a_pending_transfer_can_be_ended()
    {
        Assert.Equal(LedgerRefusal.NoSuchPending, (await _ledger.RefusedAsync(new PostPending("end", "nobody", PayOut))).Refusal);
        Assert.Equal(LedgerRefusal.NoSuchPending, (await _ledger.RefusedAsync(new VoidPending("end", "fund/in", PayOut))).Refusal);
    }

    [Fact]
    public async Task Two_that_end_the_same_pending_transfer_at_once_do_it_once()
    {
        await _ledger.PostAsync(Reserve("r", 70));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            try
            {
                await _ledger.PostAsync(number % 2 == 0 ? new PostPending($"{number}", "r", PayOut) : new VoidPending($"{number}", "r", PayOut));
                return null;
            }
            catch (LedgerRefusedException refused)
            {
                return (LedgerRefusal?)refused.Refusal;
            }
        }));

        Assert.Equal([null, .. Enumerable.Repeat<LedgerRefusal?>(LedgerRefusal.EndedBefore, 7)], outcomes.Order());
        Assert.Equal(0, (await _ledger.BalanceAsync(Payable())).Reserved);
        await _ledger.AssertRightAsync();
    }

    [Fact]
    public async Task An_account_and_its_transfers_can_be_read_by_a_person()
    {
        await _ledger.PostAsync(Reserve("paid", 70), Reserve("failed", 20), Reserve("open", 5));
        await _ledger.PostAsync(new PostPending("paid/post", "paid", PayOut), new VoidPending("failed/void", "failed", PayOut));
        await using var factory = new ReaderUnderTest(_ledger.Source);

        var account = Assert.Single(await factory.Reader.AccountsAsync("payee:", 10, CancellationToken.None));
        var transfers = await factory.Reader.TransfersAsync(Payable().Code, "ETH", 10, CancellationToken.None);

        Assert.Equal((30, 5, 0), (account.Posted, account.Reserved, account.Expected));
        Assert.Equal(
            [("failed", -20, "voided"), ("fund/out", 100, "posted"), ("open", -5, "pending"), ("paid", -70, "posted")],
            transfers!.Select(line => (line.Key, (int)line.Change, line.State)).Order());
        Assert.Null(await factory.Reader.TransfersAsync("payee:nobody", "ETH", 10, CancellationToken.None));
        Assert.Equal("0.00000000000000003 ETH", Server.Admin.LedgerScreen.Amount("ETH", account.Posted));
        Assert.Equal("-1 LPT", Server.Admin.LedgerScreen.Amount("LPT", -LptWei.OneLpt.Value));
    }
}
