using Npgsql;
using Pool.Tests.Kit;
using static Pool.Server.Tests.Chain.Outbox.OutboxUnderTest;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>What the tables refuse, whoever writes it.</summary>
public sealed class TableRuleTests : IAsyncLifetime
{
    private OutboxUnderTest _outbox = null!;   // set before any test runs

    public async Task InitializeAsync()
    {
        _outbox = await StartAsync();
        await _outbox.PlaceAsync("a", "b");
        await _outbox.PassAsync();
        await _outbox.PlaceAsync("c");
    }

    public async Task DisposeAsync() => await _outbox.DisposeAsync();

    [Theory]
    [InlineData("UPDATE tx_intents SET state = 'sent', nonce = 0 WHERE key = 'c'", "tx_intents_nonce_once")]
    [InlineData("UPDATE tx_intents SET nonce = 9 WHERE key = 'a'", "tx_intents_stay")]
    [InlineData("UPDATE tx_intents SET value = 9 WHERE key = 'c'", "tx_intents_stay")]
    [InlineData("UPDATE tx_intents SET state = 'planned' WHERE key = 'a'", "tx_intents_states")]
    [InlineData("UPDATE tx_intents SET state = 'done', final_at = now(), mined_hash = data WHERE key = 'a'", "tx_intents_states")]
    [InlineData("UPDATE tx_intents SET nonce = 7 WHERE key = 'c'", "tx_intents_nonce")]
    [InlineData("UPDATE tx_intents SET state = 'sent' WHERE key = 'c'", "tx_intents_nonce")]
    [InlineData("UPDATE tx_intents SET state = 'mined' WHERE key = 'a'", "tx_intents_mined")]
    [InlineData("UPDATE tx_intents SET state = 'refused' WHERE key = 'c'", "tx_intents_final")]
    [InlineData("UPDATE tx_attempts SET raw = 'x'", "tx_kept")]
    [InlineData("DELETE FROM tx_attempts", "tx_kept")]
    [InlineData("DELETE FROM tx_intents", "tx_kept")]
    [InlineData("UPDATE tx_accounts SET next_nonce = 0", "tx_accounts_up")]
    public async Task What_was_ordered_signed_and_given_out_stays(string statement, string constraint)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => _outbox.Source.ExecuteAsync(statement));

        Assert.Equal(constraint, refused.ConstraintName);
    }

    [Fact]
    public async Task What_is_final_does_not_change()
    {
        await _outbox.SettleAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(() => _outbox.Source.ExecuteAsync("UPDATE tx_intents SET detail = 'other' WHERE key = 'a'"));
        Assert.Equal("tx_intents_states", refused.ConstraintName);
    }
}
