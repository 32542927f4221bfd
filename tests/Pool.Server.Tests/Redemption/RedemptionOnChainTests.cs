using System.Numerics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pool.Server.Ledger;
using Pool.Server.Tests.Kit;
using Pool.Server.Tickets.Redemption;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;
using Pool.Tests.Chain;

namespace Pool.Server.Tests.Redemption;

/// <summary>Winning tickets become fees on Livepeer's own contracts, and the ledger says what the contracts say.</summary>
public sealed class RedemptionOnChainTests(OneLocalChain one) : ChainTest(one)
{
    private static readonly Wei s_face = Wei.OneGwei * 50_000_000;

    [Fact]
    public async Task Winners_are_redeemed_once_and_the_ledger_is_what_the_contracts_say()
    {
        await using var pool = await OnChainServer.StartAsync(Chain);
        await pool.WinAsync(7, s_face);
        await pool.WinAsync(1, s_face);

        await pool.WaitForAsync(8, "SELECT count(*) FROM winning_tickets WHERE state = 'redeemed'");
        await pool.WaitForAsync(0, "SELECT count(*) FROM tx_intents WHERE state NOT IN ('done', 'reverted', 'refused')");

        Assert.Equal(8, await pool.Server.ReadAsync("SELECT count(*) FROM winning_tickets WHERE paid = face_value AND attempts = 0"));
        var fees = await Chain.ReadAsync(Chain.Contracts.BondingManager, "pendingFees", [OnChainServer.Key.Address, 0]);
        Assert.Equal(fees[0].AsNumber(), (await pool.Ledger.BalanceAsync(Accounts.ProtocolFeesUnwithdrawn, default)).Posted);
        Assert.Equal(BigInteger.Zero, (await pool.Ledger.BalanceAsync(Accounts.TicketsWon, default)).Posted);
        await pool.CheckAsync();
    }

    [Fact]
    public async Task Winner_waits_until_its_parameters_take_no_tickets_any_more()
    {
        await using var pool = await OnChainServer.StartAsync(Chain, ("Rounds:Reward", "false"));
        await pool.WinAsync(1, s_face, expiresIn: 10);
        await Eventually.IsSoAsync("it waits", async () => await pool.Server.ReadAsync("SELECT count(*) FROM winning_tickets WHERE waits_for LIKE 'its parameters%'") == 1);

        Assert.Equal(0, await pool.Server.ReadAsync("SELECT count(*) FROM tx_intents"));
        await pool.WaitForAsync(1, "SELECT count(*) FROM winning_tickets WHERE state = 'redeemed'");
    }

    [Fact]
    public async Task Ticket_that_a_stranger_redeems_is_booked_as_redeemed_and_not_sent_again()
    {
        await using var pool = await OnChainServer.StartAsync(Chain, ("Rounds:Reward", "false"));
        var ticket = (await pool.WinAsync(1, s_face, expiresIn: 20))[0];
        await Eventually.IsSoAsync("it is there", async () => await pool.Server.ReadAsync("SELECT count(*) FROM winning_tickets WHERE won_posted") == 1);
        await using (var source = NpgsqlDataSource.Create(pool.Server.Database.Connection))
        await using (var command = source.CreateCommand("SELECT recipient_rand, signature FROM winning_tickets"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            var rand = new RecipientRand(new BigInteger(reader.GetFieldValue<byte[]>(0), isUnsigned: true, isBigEndian: true));
            var data = TicketBrokerCalls.Redeem(new WinningTicket(ticket, reader.GetFieldValue<byte[]>(1), rand));
            await Chain.SendAsync(DevAccounts.Outsider, new DevCall(Chain.Contracts.TicketBroker.Address, data));
        }

        await pool.WaitForAsync(1, "SELECT count(*) FROM winning_tickets WHERE state = 'redeemed'");
        Assert.Equal(0, await pool.Server.ReadAsync("SELECT count(*) FROM tx_intents WHERE purpose = 'TicketRedemption'"));
        await pool.CheckAsync();
    }

    [Fact]
    public async Task Sender_with_less_than_the_face_value_pays_what_it_has_and_the_rest_is_a_loss()
    {
        await using var pool = await OnChainServer.StartAsync(Chain, ("Rounds:Reward", "false"));
        await pool.WinAsync(1, Wei.OneEth * 25);

        // 10 ETH of deposit and the whole reserve of the only orchestrator: five are missing, and nobody waits for them in the last blocks of a round.
        await pool.WaitForAsync(1, "SELECT count(*) FROM winning_tickets WHERE state = 'redeemed' OR waits_for LIKE 'its sender has%'");
        await Chain.NextRoundAsync();
        await pool.WaitForAsync(1, "SELECT count(*) FROM winning_tickets WHERE state = 'redeemed'");

        Assert.Equal((Wei.OneEth * 5).Value, (await pool.Ledger.BalanceAsync(Accounts.LossUnredeemed, default)).Posted);
        await pool.WaitForAsync(0, "SELECT count(*) FROM tx_intents WHERE state NOT IN ('done', 'reverted', 'refused')");
        await pool.CheckAsync();
    }

    [Fact]
    public async Task Ticket_that_nobody_redeemed_in_time_is_a_loss_with_its_reason()
    {
        await using var pool = await OnChainServer.StartAsync(Chain, ("Rounds:Reward", "false"), ("Chain:MinGasPrice", "1000000000"), ("Tickets:RedeemGas", "100000000"));
        await pool.WinAsync(1, s_face);
        await Eventually.IsSoAsync("it waits", async () => await pool.Server.ReadAsync("SELECT count(*) FROM winning_tickets WHERE waits_for LIKE 'insufficient ticket face value%'") == 1);

        await Chain.NextRoundAsync();
        await Chain.NextRoundAsync();

        await pool.WaitForAsync(1, "SELECT count(*) FROM winning_tickets WHERE state = 'lost' AND lost_reason LIKE 'it expired%'");
        Assert.Equal(s_face.Value, (await pool.Ledger.BalanceAsync(Accounts.LossUnredeemed, default)).Posted);
    }

    [Fact]
    public async Task Tickets_are_held_in_one_order_in_whatever_order_the_chain_redeemed_them()
    {
        await using var pool = await OnChainServer.StartAsync(Chain, ("Rounds:Reward", "false"));
        var tickets = (await pool.WinAsync(2, s_face, expiresIn: 20)).Select(ticket => ticket.Hash()).OrderBy(hash => hash.ToString(), StringComparer.Ordinal).ToList();
        await Eventually.IsSoAsync("they are there", async () => await pool.Server.ReadAsync("SELECT count(*) FROM winning_tickets WHERE won_posted") == 2);
        await using var source = NpgsqlDataSource.Create(pool.Server.Database.Connection);
        await using var others = await source.OpenConnectionAsync();
        await using var own = await source.OpenConnectionAsync();
        await using var other = await others.BeginTransactionAsync();
        await using var transaction = await own.BeginTransactionAsync();
        await HoldAsync(other, tickets[0]);

        var redeeming = pool.Server.Services.GetRequiredService<WinnerShelf>().RedeemAsync(
            transaction, [new RedeemedTicket(tickets[1], s_face, default, 1), new RedeemedTicket(tickets[0], s_face, default, 1)], epoch: 1, CancellationToken.None);
        await Eventually.IsSoAsync("it waits", async () => await pool.Server.ReadAsync($"SELECT cardinality(pg_blocking_pids({own.ProcessID}))::bigint") > 0);
        await HoldAsync(other, tickets[1]);
        await other.CommitAsync();

        Assert.NotEmpty(await redeeming);
    }

    private static async Task HoldAsync(NpgsqlTransaction transaction, Bytes32 ticket)
    {
        await using var command = new NpgsqlCommand("SELECT FROM winning_tickets WHERE ticket_hash = $1 FOR UPDATE", transaction.Connection, transaction)
        {
            Parameters = { new() { Value = ticket.ToBytes() } },
        };
        await command.ExecuteNonQueryAsync();
    }
}
