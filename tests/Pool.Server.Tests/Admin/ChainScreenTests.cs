using Pool.Server.Admin;

namespace Pool.Server.Tests.Admin;

/// <summary>The orchestrator on its chain, as an operator reads it.</summary>
public sealed class ChainScreenTests
{
    [Fact]
    public void Screen_says_what_an_operator_asks_first()
    {
        var screen = ChainScreen.Of(Report());

        Assert.Equal(
            """
            NETWORK       arbitrum-one-mainnet, chain 42161, block 300000000 (L1 21000000), gas 0.01 gwei
            ROUND         3500, 1200 of 5760 blocks left
            ORCHESTRATOR  0xA: active
              stake       10000 LPT, and 5 LPT not staked
              fees        0.25 ETH to withdraw
              gas         0.1 ETH
              cuts        keeps 10 % of rewards, gives 0 % of fees to delegators
              service     https://pool.example:8935
              reward      last called in round 3500
            PAID WITH     1200 tickets, worth 0.0000096 ETH, for 0.0000095 ETH of work
            TICKETS
              won         1, face value 0.001 ETH: its parameters take tickets until L1 block 21000020
              redeemed    2, face value 0.002 ETH, paid 0.002 ETH
            BOOKED
              round 3500  fees 0.002 ETH, reward 8 LPT of 9 LPT (0xabc)
            OUTBOX        0 on the way (pool-server outbox)

            """,
            screen);
    }

    [Fact]
    public void What_is_wrong_stands_out()
    {
        var screen = ChainScreen.Of(Report() with
        {
            Alarms = ["sending is HALTED: a key is used elsewhere"],
            Orchestrator = Report().Orchestrator with { IsActive = false, IsRegistered = false, ServiceUri = "", SignsWith = "0xB" },
            Round = new ChainReportRound(3500, IsInitialized: false, 0, 5760),
            Tickets = [],
            Rounds = [],
        });

        Assert.Contains("ALARM         sending is HALTED: a key is used elsewhere\n", screen, StringComparison.Ordinal);
        Assert.Contains("ORCHESTRATOR  0xA, signs with 0xB: NOT REGISTERED (pool-server register)\n", screen, StringComparison.Ordinal);
        Assert.Contains("ROUND         3500, over; the next one is NOT INITIALIZED\n", screen, StringComparison.Ordinal);
        Assert.Contains("service     (none: gateways cannot find it)\n", screen, StringComparison.Ordinal);
        Assert.Contains("TICKETS       none has won yet\n", screen, StringComparison.Ordinal);
    }

    private static ChainReport Report() => new(
        new ChainReportNetwork("arbitrum-one-mainnet", 42161, 300_000_000, 21_000_000, "10000000", IsPaused: false),
        new ChainReportRound(3500, IsInitialized: true, 1200, 5760),
        new ChainReportOrchestrator(
            "0xA", "0xA", IsRegistered: true, IsActive: true, "10000000000000000000000", "250000000000000000", "5000000000000000000", "100000000000000000",
            "100000", "0", "https://pool.example:8935", "3500"),
        new ChainReportPayments(1200, "9600000000000", "9500000000000"),
        [
            new ChainReportTickets("won", 1, "1000000000000000", "0", "its parameters take tickets until L1 block 21000020"),
            new ChainReportTickets("redeemed", 2, "2000000000000000", "2000000000000000", null),
        ],
        [], [new ChainReportPastRound(3500, "0xabc", "9000000000000000000", "8000000000000000000", "2000000000000000")],
        new ChainReportOutbox(0, []), []);
}
