using Pool.Server.Chain.Outbox;
using Pool.Shared.Money;
using static Pool.Server.Tests.Chain.Outbox.OutboxUnderTest;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>The door: what is placed, once.</summary>
public sealed class PlaceTests : IAsyncLifetime
{
    private OutboxUnderTest _outbox = null!;   // set before any test runs

    public async Task InitializeAsync() => _outbox = await StartAsync();

    public async Task DisposeAsync() => await _outbox.DisposeAsync();

    [Fact]
    public async Task The_same_order_again_is_nothing_and_another_with_its_key_is_refused()
    {
        var order = Order("reward/1") with { Value = new Wei(5), GasLimit = 90_000 };
        await _outbox.PlaceAsync(order, order);

        foreach (var other in new[] { order with { Value = new Wei(6) }, order with { GasLimit = null }, order with { Data = new byte[] { 1 } }, order with { To = default } })
        {
            await Assert.ThrowsAsync<OutboxException>(() => _outbox.PlaceAsync(other));
        }

        var open = Assert.Single(await _outbox.OpenAsync());
        Assert.Equal((IntentState.Planned, (ulong?)null, new Wei(5), (ulong?)90_000), (open.State, open.Nonce, open.Order.Value, open.Order.GasLimit));
        Assert.Null(await _outbox.Outbox.FindAsync("reward/2", CancellationToken.None));
    }

    [Fact]
    public async Task An_order_is_placed_with_the_callers_transaction_or_not_at_all()
    {
        await using (var connection = await _outbox.Source.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await _outbox.Outbox.PlaceAsync(transaction, Order("gone"), CancellationToken.None);
            await transaction.RollbackAsync();
        }

        Assert.Null(await _outbox.Outbox.FindAsync("gone", CancellationToken.None));
    }

    [Fact]
    public async Task One_of_many_who_place_the_same_order_at_once_places_it()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _outbox.Outbox.PlaceAsync(Order("once"), CancellationToken.None)));

        Assert.Single(await _outbox.OpenAsync());
    }

    [Fact]
    public async Task What_ended_badly_needs_a_new_key_and_what_is_done_is_done()
    {
        _outbox.Chain.WouldRevert.Add(Hex("refused"));
        _outbox.Chain.Reverting.Add(Hex("reverted"));
        await _outbox.PlaceAsync("refused", "reverted", "done");
        await _outbox.SettleAsync();

        await Assert.ThrowsAsync<OutboxException>(() => _outbox.PlaceAsync("refused"));
        var refused = await Assert.ThrowsAsync<OutboxException>(() => _outbox.PlaceAsync("reverted"));
        Assert.Contains("choose a new key", refused.Message, StringComparison.Ordinal);
        await _outbox.PlaceAsync("done");

        await _outbox.SettleAsync();
        Assert.Equal((0, 1, 1), (_outbox.Effects("refused"), _outbox.Effects("reverted"), _outbox.Effects("done")));
    }

    [Fact]
    public async Task Orders_that_no_transaction_can_carry_are_refused()
    {
        foreach (var wrong in new[]
        {
            Order("") with { Key = "" }, Order(new string('k', PostgresOutbox.MaxKeyLength + 1)), Order("gas") with { GasLimit = 0 },
            Order("data") with { Data = new byte[PostgresOutbox.MaxDataBytes + 1] },
        })
        {
            await Assert.ThrowsAsync<OutboxException>(() => _outbox.PlaceAsync(wrong));
        }
    }
}
