using System.Numerics;
using Pool.Server.Ledger;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;
using static Pool.Server.Tests.Ledger.LedgerUnderTest;

namespace Pool.Server.Tests.Ledger;

/// <summary>What a posting does: all of it or nothing, once.</summary>
public sealed class PostingTests : IAsyncLifetime
{
    private LedgerUnderTest _ledger = null!;   // set before any test runs

    public async Task InitializeAsync() => _ledger = await LedgerUnderTest.StartAsync();

    public async Task DisposeAsync() => await _ledger.DisposeAsync();

    [Fact]
    public async Task A_transfer_adds_to_both_sides_and_opens_accounts_it_names()
    {
        var posting = await _ledger.PostAsync(Earn("a", 100), Earn("b", 11, worker: 1), Mature("c", 40));

        Assert.Equal((3, false), (posting.Transfers, posting.WasRepeated));
        Assert.Equal((60, 11, 40, 111), (
            await _ledger.PostedAsync(Provisional()), await _ledger.PostedAsync(Provisional(1)), await _ledger.PostedAsync(Matured()), await _ledger.PostedAsync(Accounts.ClaimsIssued)));
        Assert.Equal(1, await _ledger.ScalarAsync("SELECT count(*) FROM accounts WHERE code LIKE 'worker:%:matured' AND payee IS NOT NULL AND worker IS NOT NULL AND asset = 'ETH-CLAIM'"));
        await _ledger.AssertRightAsync();
    }

    [Fact]
    public async Task A_posting_that_would_take_what_is_not_there_is_refused_whole_and_names_the_account()
    {
        await _ledger.PostAsync(Earn("a", 100));

        var refused = await _ledger.RefusedAsync(Earn("b", 1, worker: 1), Mature("c", 101));

        Assert.Equal(LedgerRefusal.NotEnough, refused.Refusal);
        Assert.Contains(Provisional().ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Equal((100, 0), (await _ledger.PostedAsync(Provisional()), await _ledger.PostedAsync(Provisional(1))));
    }

    [Fact]
    public async Task What_comes_in_by_a_posting_may_go_out_by_the_same_one()
    {
        await _ledger.PostAsync(Mature("out", 5), Earn("in", 5));

        Assert.Equal((0, 5), (await _ledger.PostedAsync(Provisional()), await _ledger.PostedAsync(Matured())));
    }

    [Fact]
    public async Task Only_contra_and_equity_accounts_go_below_zero()
    {
        await _ledger.PostAsync(
            new Transfer("equity", Accounts.OperatorEquity(Asset.Eth), Payable(), LedgerAmount.Eth(Wei.OneEth), Work),
            new Transfer("expected", Accounts.TicketsExpected, Accounts.GatewayReceivable(Payee(0)), LedgerAmount.Claim(Wei.One), Work),
            new Transfer("owed", Accounts.GatewayReceivable(Payee(0)), Accounts.TicketsExpected, LedgerAmount.Claim(Wei.OneGwei), Work));
        var refused = await _ledger.RefusedAsync(new Transfer("reserve", Accounts.Reserve(Asset.Eth), Payable(), LedgerAmount.Eth(Wei.One), Work));

        Assert.Equal(-Wei.OneEth.Value, await _ledger.PostedAsync(Accounts.OperatorEquity(Asset.Eth)));
        Assert.Equal(LedgerRefusal.NotEnough, refused.Refusal);
    }

    [Fact]
    public async Task The_same_posting_again_changes_nothing_and_gives_the_same_answer()
    {
        var orders = new LedgerOrder[] { Earn("a", 100), Mature("b", 40) };
        var first = await _ledger.PostAsync(orders);

        var again = await _ledger.New().PostAsync([.. orders.Reverse()], CancellationToken.None);

        Assert.Equal(first with { WasRepeated = true }, again);
        Assert.Equal((2, 60), (await _ledger.CountAsync(), await _ledger.PostedAsync(Provisional())));
    }

    [Fact]
    public async Task A_key_with_other_content_is_refused_in_every_part_of_it()
    {
        var order = Earn("a", 100);
        await _ledger.PostAsync(order);
        Transfer[] others =
        [
            Earn("a", 101), order with { Credit = Provisional(1) }, order with { Debit = Accounts.QualityBudget(Asset.EthClaim) }, order with { IsPending = true },
            order with { Grounds = Work with { Reason = Reason.Correction } }, order with { Grounds = Work with { Epoch = 1 } },
            order with { Grounds = Work with { TermsVersion = 2 } }, order with { Grounds = Work with { Actor = "somebody" } },
            order with { Grounds = Work with { Source = new TransferSource(SourceKind.Verdict, "20590") } },
            new("a", Accounts.OperatorEquity(Asset.Lpt), Accounts.Reserve(Asset.Lpt), LedgerAmount.Lpt(new LptWei(100)), Work),
        ];

        foreach (var other in others)
        {
            Assert.Equal(LedgerRefusal.OtherContent, (await _ledger.RefusedAsync(other)).Refusal);
        }
    }

    [Fact]
    public async Task A_posting_of_which_a_part_was_posted_before_is_refused()
    {
        await _ledger.PostAsync(Earn("a", 100));
        await _ledger.PostAsync(Earn("b", 100));

        Assert.Equal(LedgerRefusal.PartlyEntered, (await _ledger.RefusedAsync(Earn("a", 100), Earn("c", 1))).Refusal);
        Assert.Equal(LedgerRefusal.PartlyEntered, (await _ledger.RefusedAsync(Earn("a", 100), Earn("b", 100))).Refusal);
    }

    [Fact]
    public async Task The_largest_amount_of_the_chain_goes_through_to_the_last_wei()
    {
        await _ledger.PostAsync(Earn("a", Uint256.Max), Earn("b", 1, worker: 1));
        await _ledger.PostAsync(Mature("c", Uint256.Max - 1));

        Assert.Equal((BigInteger.One, Uint256.Max - 1, Uint256.Max + 1), (
            await _ledger.PostedAsync(Provisional()), await _ledger.PostedAsync(Matured()), await _ledger.PostedAsync(Accounts.ClaimsIssued)));
        await _ledger.AssertRightAsync();
    }

    [Fact]
    public async Task More_than_an_account_can_count_is_refused()
    {
        await _ledger.PostAsync([.. Enumerable.Range(0, 8).Select(number => Earn($"{number}", Uint256.Max))]);

        Assert.Equal(LedgerRefusal.TooMuch, (await _ledger.RefusedAsync(Earn("last", Uint256.Max))).Refusal);
    }

    [Fact]
    public async Task An_account_of_a_payee_that_is_not_known_is_not_opened()
    {
        var stranger = Accounts.Payable(Payee(7), Asset.Eth);

        var refused = await _ledger.RefusedAsync(new Transfer("a", Accounts.OperatorEquity(Asset.Eth), stranger, LedgerAmount.Eth(Wei.One), Work));

        Assert.Equal(LedgerRefusal.NoSuchOwner, refused.Refusal);
        Assert.Equal(0, await _ledger.ScalarAsync("SELECT count(*) FROM accounts"));
    }

    [Fact]
    public async Task A_settlement_that_does_not_retire_as_much_of_the_claims_is_refused()
    {
        await _ledger.PostAsync(Earn("a", 100), Mature("b", 100));
        var settle = Work with { Reason = Reason.Settlement };
        var cash = new Transfer("cash", Accounts.OperatorEquity(Asset.Eth), Payable(), LedgerAmount.Eth(new Wei(60)), settle);
        var claim = new Transfer("claim", Matured(), Accounts.ClaimsIssued, LedgerAmount.Claim(new Wei(60)), settle);

        Assert.Equal(LedgerRefusal.Unbalanced, (await _ledger.RefusedAsync(cash)).Refusal);
        Assert.Equal(LedgerRefusal.Unbalanced, (await _ledger.RefusedAsync(cash, claim with { Amount = LedgerAmount.Claim(new Wei(59)) })).Refusal);
        await _ledger.PostAsync(cash, claim);

        Assert.Equal((60, 40, 40), (await _ledger.PostedAsync(Payable()), await _ledger.PostedAsync(Matured()), await _ledger.PostedAsync(Accounts.ClaimsIssued)));
        await _ledger.AssertRightAsync();
    }

    [Fact]
    public async Task Orders_that_can_be_no_posting_are_a_mistake_of_the_caller()
    {
        var good = Earn("a", 1);
        LedgerOrder[][] wrong =
        [
            [], [good, good], [good with { Key = "" }], [good with { Key = new string('k', LedgerLimits.MaxText + 1) }], [good with { Credit = Accounts.ClaimsIssued }],
            [good with { Credit = Payable() }], [good with { Amount = default }], [good with { Grounds = Work with { TermsVersion = 0 } }], [good with { Grounds = Work with { Actor = "a\0" } }],
        ];

        foreach (var orders in wrong)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => _ledger.PostAsync(orders));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => LedgerAmount.Eth(Wei.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => Accounts.PoolWallet(Asset.EthClaim));
        Assert.Equal(0, await _ledger.CountAsync());
    }

    [Fact]
    public async Task A_posting_in_the_callers_transaction_goes_with_it()
    {
        await using var connection = await _ledger.Source.OpenConnectionAsync();
        await using (var left = await connection.BeginTransactionAsync())
        {
            await _ledger.Ledger.PostAsync(left, [Earn("a", 100)], CancellationToken.None);
        }

        Assert.Equal((0, 0), (await _ledger.CountAsync(), await _ledger.PostedAsync(Provisional())));

        await using var kept = await connection.BeginTransactionAsync();
        await _ledger.Ledger.PostAsync(kept, [Earn("a", 100)], CancellationToken.None);
        await kept.CommitAsync();
        Assert.Equal((1, 100), (await _ledger.CountAsync(), await _ledger.PostedAsync(Provisional())));

        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await Assert.ThrowsAsync<ArgumentException>(() => _ledger.Ledger.PostAsync(snapshot, [Earn("b", 100)], CancellationToken.None));
    }
}
