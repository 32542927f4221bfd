using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Admin;
using Pool.Server.Ledger;
using Pool.Server.Tests.Kit;
using Pool.Server.Tests.Redemption;

namespace Pool.Server.Tests.Rounds;

/// <summary>Rounds on Livepeer's own contracts: initialized, rewarded once, booked.</summary>
public sealed class RoundsOnChainTests(OneLocalChain one) : ChainTest(one)
{
    [Fact]
    public async Task Reward_is_called_in_every_round_and_what_it_brought_is_booked()
    {
        await using var pool = await OnChainServer.StartAsync(Chain);
        await pool.WaitForAsync(1, "SELECT count(*) FROM rounds WHERE reward_transaction IS NOT NULL");
        await Chain.NextRoundAsync();
        await pool.WaitForAsync(2, "SELECT count(*) FROM rounds WHERE reward_transaction IS NOT NULL AND own_share > 0 AND minted >= own_share");

        var stake = await Chain.ReadAsync(Chain.Contracts.BondingManager, "pendingStake", [OnChainServer.Key.Address, 0]);
        Assert.Equal(stake[0].AsNumber(), (await pool.Ledger.BalanceAsync(Accounts.Stake, default)).Posted);
        Assert.Equal(2, await pool.Server.ReadAsync("SELECT count(*) FROM tx_intents WHERE purpose = 'Reward'"));
        await pool.WaitForAsync(0, "SELECT count(*) FROM tx_intents WHERE state NOT IN ('done', 'reverted', 'refused')");
        await pool.CheckAsync();

        var report = await pool.Server.Services.GetRequiredService<ChainReader>().ReadAsync(default);
        Assert.Equal((true, true, "100000", 2), (report.Orchestrator.IsRegistered, report.Orchestrator.IsActive, report.Orchestrator.RewardCut, report.Rounds.Count));
        Assert.Equal((stake[0].AsNumber().ToString(), $"{report.Round.Number}"), (report.Orchestrator.Stake, report.Orchestrator.LastRewardRound));
        Assert.Empty(report.Alarms);
    }

    [Fact]
    public async Task Round_that_nobody_initializes_is_initialized_where_the_operator_wants_it()
    {
        await using var pool = await OnChainServer.StartAsync(Chain, ("Rounds:Initialize", "true"), ("Rounds:InitializeMaxDelay", "00:00:00"));
        var round = pool.View.Now.Round.Number;
        await Chain.MineToNextRoundAsync();

        await Eventually.IsSoAsync("the next round is initialized", () => Task.FromResult(pool.View.Now.Round.Number == round + 1));
        await pool.WaitForAsync(1, $"SELECT count(*) FROM rounds WHERE number = {round + 1} AND reward_transaction IS NOT NULL");
    }

    [Fact]
    public async Task Chain_whose_last_blocks_are_replaced_changes_nothing_that_is_booked()
    {
        await using var pool = await OnChainServer.StartAsync(Chain);
        await pool.WinAsync(3, Pool.Shared.Money.Wei.OneGwei * 50_000_000);
        await Eventually.IsSoAsync("a redemption is in a block", async () =>
        {
            await Chain.Node.MineAsync(0);
            return await pool.Server.ReadAsync("SELECT count(*) FROM tx_intents WHERE purpose = 'TicketRedemption' AND state = 'mined'") == 1;
        });
        await Chain.Node.ReorgAsync(1);

        await pool.WaitForAsync(3, "SELECT count(*) FROM winning_tickets WHERE state = 'redeemed'");
        await pool.WaitForAsync(0, "SELECT count(*) FROM tx_intents WHERE state NOT IN ('done', 'reverted', 'refused')");
        await pool.CheckAsync();
    }

    [Fact]
    public async Task Figures_that_a_node_said_wrong_of_a_new_block_are_read_again_when_it_stays()
    {
        await using var pool = await OnChainServer.StartAsync(Chain, ("Rounds:Reward", "false"));
        await pool.WinAsync(3, Pool.Shared.Money.Wei.OneGwei * 50_000_000);
        await Eventually.IsSoAsync("a redemption is in a block, and what it changed is seen", async () =>
        {
            await Chain.Node.MineAsync(0);
            return await pool.Server.ReadAsync("SELECT count(*) FROM chain_figures WHERE fees_after > fees_before") == 1;
        });
        await pool.Server.ReadAsync("WITH wrong AS (UPDATE chain_figures SET fees_after = fees_after + 1000 WHERE fees_after > fees_before RETURNING 1) SELECT count(*) FROM wrong");

        await pool.WaitForAsync(3, "SELECT count(*) FROM winning_tickets WHERE state = 'redeemed'");
        await pool.WaitForAsync(0, "SELECT count(*) FROM tx_intents WHERE state NOT IN ('done', 'reverted', 'refused')");
        await pool.CheckAsync();
    }
}
