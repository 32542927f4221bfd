using Npgsql;
using static Pool.Server.Tests.Ledger.LedgerUnderTest;

namespace Pool.Server.Tests.Ledger;

/// <summary>Whoever comes past the room with SQL of his own is refused by the tables.</summary>
public sealed class TableRuleTests : IAsyncLifetime
{
    private const string Columns =
        "(key, posting, kind, pending_id, asset, debit_account, credit_account, amount, reason, source_kind, source_id, epoch, terms_version, actor, at)";

    private LedgerUnderTest _ledger = null!;   // set before any test runs

    public async Task InitializeAsync()
    {
        _ledger = await LedgerUnderTest.StartAsync();
        await _ledger.PostAsync([Earn("earned", 100), .. Fund("fund", 50), Reserve("reserved", 20)]);
    }

    public async Task DisposeAsync() => await _ledger.DisposeAsync();

    [Theory]
    [InlineData("UPDATE transfers SET amount = amount + 1 WHERE key = 'earned'")]
    [InlineData("UPDATE transfers SET reason = 'gas'")]
    [InlineData("DELETE FROM transfers WHERE key = 'nobody'")]
    [InlineData("TRUNCATE transfers CASCADE")]
    [InlineData("INSERT INTO transfers OVERRIDING SYSTEM VALUE SELECT * FROM transfers ON CONFLICT (key) DO UPDATE SET amount = 1")]
    [InlineData("DELETE FROM accounts")]
    [InlineData("TRUNCATE accounts CASCADE")]
    [InlineData("UPDATE assets SET unit = 'gwei'")]
    public async Task What_is_in_the_ledger_stays_as_it_is(string attack) => await AssertRefusedAsync(attack, "ledger_append_only");

    [Theory]
    [InlineData("UPDATE accounts SET posted_credits = posted_credits + 1 WHERE code LIKE 'worker:%'")]
    [InlineData("UPDATE accounts SET pending_debits = 0")]
    [InlineData("UPDATE accounts SET may_be_negative = true")]
    [InlineData("UPDATE accounts SET code = 'gas' WHERE code LIKE 'worker:%'")]
    [InlineData("INSERT INTO accounts (code, asset, normal_side, may_be_negative, opened_at, posted_credits) VALUES ('reserve', 'ETH', 'credit', false, now(), 1)")]
    public async Task Balances_come_of_transfers_and_what_an_account_is_does_not_change(string attack) => await AssertRefusedAsync(attack, "accounts_by_transfers");

    [Theory]
    [InlineData("key = 'earned'", "transfers_once")]
    [InlineData("asset = 'LPT'", "transfers_debit_fkey")]
    [InlineData("credit_account = (SELECT id FROM accounts WHERE code LIKE 'payee:%')", "transfers_credit_fkey")]
    [InlineData("credit_account = debit_account", "transfers_two_accounts")]
    [InlineData("amount = 0", "transfers_amount_check")]
    [InlineData("amount = -1", "transfers_amount_check")]
    [InlineData("amount = 115792089237316195423570985008687907853269984665640564039457584007913129639936", "transfers_amount_check")]
    [InlineData("kind = 'done'", "transfers_kind_check")]
    [InlineData("kind = 'post'", "transfers_pending")]
    [InlineData("pending_id = (SELECT id FROM transfers WHERE key = 'reserved')", "transfers_pending")]
    [InlineData("pending_id = (SELECT id FROM transfers WHERE key = 'earned'), kind = 'post'", "transfers_end_fits")]
    [InlineData("pending_id = (SELECT id FROM transfers WHERE key = 'reserved'), kind = 'void'", "transfers_end_fits")]
    [InlineData("debit_account = credit_account, credit_account = debit_account, amount = 101", "accounts_not_below_zero")]
    [InlineData("reason = 'settlement'", "transfers_settlement_balances")]
    [InlineData("reason = 'Because'", "transfers_reason_check")]
    [InlineData("epoch = -1", "transfers_epoch_check")]
    [InlineData("terms_version = 0", "transfers_terms_version_check")]
    public async Task A_transfer_that_is_no_transfer_is_refused(string change, string rule)
    {
        await using var connection = await _ledger.Source.OpenConnectionAsync();
        await using var make = new NpgsqlCommand(
            $"CREATE TEMP TABLE forged AS SELECT * FROM transfers WHERE key = 'earned'; UPDATE forged SET key = 'forged', posting = gen_random_uuid(); UPDATE forged SET {change}", connection);
        await make.ExecuteNonQueryAsync();
        await using var attack = new NpgsqlCommand($"INSERT INTO transfers {Columns} SELECT {Columns[1..^1]} FROM forged", connection);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => attack.ExecuteNonQueryAsync());

        Assert.Equal(rule, refused.ConstraintName);
        await AssertUnchangedAsync();
    }

    [Fact]
    public async Task An_honest_transfer_by_hand_changes_the_balances_as_one_of_the_room_does()
    {
        await _ledger.ExecuteAsync(
            $"CREATE TABLE honest AS SELECT * FROM transfers WHERE key = 'earned'; UPDATE honest SET key = 'by hand', amount = 7; "
            + $"INSERT INTO transfers {Columns} SELECT {Columns[1..^1]} FROM honest");

        Assert.Equal(107, await _ledger.PostedAsync(Provisional()));
        await _ledger.AssertRightAsync();
    }

    private async Task AssertRefusedAsync(string attack, string rule)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => _ledger.ExecuteAsync(attack));

        Assert.Equal(rule, refused.ConstraintName);
        await AssertUnchangedAsync();
    }

    private async Task AssertUnchangedAsync()
    {
        Assert.Equal((4, 100, 50), (await _ledger.CountAsync(), await _ledger.PostedAsync(Provisional()), await _ledger.PostedAsync(Payable())));
        await _ledger.AssertRightAsync();
    }
}
