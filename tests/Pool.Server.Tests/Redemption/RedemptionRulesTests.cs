using System.Numerics;
using Pool.Server.Chain;
using Pool.Server.Tests.Rounds;
using Pool.Server.Tickets.Redemption;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Redemption;

/// <summary>Whether a winning ticket is redeemed now (protocol §5.9, §5.11).</summary>
public sealed class RedemptionRulesTests
{
    private static readonly Wei s_face = new(1000);

    [Fact]
    public void Winner_is_redeemed_once_its_parameters_take_no_tickets_any_more()
    {
        Assert.Equal(new RedemptionChoice.Redeem(IsUrgent: false), Choose(Winner(expires: 5010), At(5010)));
        Assert.Equal("its parameters take tickets until L1 block 5011", Wait(Choose(Winner(expires: 5011), At(5010))));
    }

    [Fact]
    public void Sender_that_is_about_to_unlock_is_redeemed_at_once_when_none_of_its_tickets_is_taken_any_more()
    {
        Assert.Equal(new RedemptionChoice.Redeem(IsUrgent: true), Choose(Winner(expires: 5020), At(5000, sender => sender with { WithdrawRound = 51 })));
        Assert.Contains("its parameters take tickets", Wait(Choose(Winner(expires: 5020), At(5000, sender => sender with { WithdrawRound = 52 }))), StringComparison.Ordinal);
    }

    [Fact]
    public void Ticket_lives_in_its_round_and_the_next_and_is_lost_then()
    {
        Assert.IsType<RedemptionChoice.Redeem>(Choose(Winner(round: 50), At(5060)));
        Assert.IsType<RedemptionChoice.Redeem>(Choose(Winner(round: 49), At(5060)));
        Assert.Equal("it expired: made in round 48, now is round 50", Lost(Choose(Winner(round: 48), At(5060))));
        Assert.IsType<RedemptionChoice.Redeem>(Choose(Winner(round: 48), At(5060) with { ValidityRounds = 3 }));
    }

    [Fact]
    public void Ticket_of_no_round_is_lost_and_that_of_a_sender_that_has_unlocked_waits_for_its_mind_to_change()
    {
        Assert.StartsWith("it was made in no round", Lost(Choose(Winner() with { Ticket = Of(default) }, At(5060))), StringComparison.Ordinal);
        Assert.Equal("its sender has unlocked its deposit and reserve", Wait(Choose(Winner(), At(5060, sender => sender with { WithdrawRound = 50 }))));
    }

    [Fact]
    public void Ticket_that_costs_more_than_it_pays_waits_for_cheaper_gas()
    {
        Assert.Contains("insufficient ticket face value for redeem tx cost", Wait(Choose(Winner(), At(5060) with { TxCost = s_face })), StringComparison.Ordinal);
        Assert.IsType<RedemptionChoice.Redeem>(Choose(Winner(), At(5060) with { TxCost = new Wei(999) }));
    }

    [Fact]
    public void Sender_without_enough_for_the_whole_ticket_is_waited_for_until_the_ticket_would_be_lost()
    {
        var poor = At(5060, sender => sender with { Deposit = new Wei(200), FundsRemaining = new Wei(6000) });
        Assert.Equal($"its sender has {new Wei(800)} for {s_face}", Wait(Choose(Winner(), poor)));

        var last = poor with { Chain = TestChains.At(TestChains.Start + 60) };
        Assert.IsType<RedemptionChoice.Redeem>(Choose(Winner(round: 49), last));
        Assert.Contains("insufficient sender funds", Wait(Choose(Winner(), At(5060, sender => sender with { Deposit = new Wei(10), FundsRemaining = Wei.Zero }))), StringComparison.Ordinal);
    }

    [Fact]
    public void In_the_last_blocks_of_a_round_nothing_is_begun_that_has_the_next_one_too()
    {
        Assert.IsType<RedemptionChoice.Redeem>(Choose(Winner(round: 50), At(5096)));
        Assert.Equal("the round is nearly over; it has the next one, too", Wait(Choose(Winner(round: 50), At(5097))));
        Assert.IsType<RedemptionChoice.Redeem>(Choose(Winner(round: 49), At(5097)));
        Assert.Equal(new RedemptionChoice.Redeem(IsUrgent: true), Choose(Winner(round: 50), At(5097, sender => sender with { WithdrawRound = 51 })));
    }

    [Fact]
    public void What_is_on_its_way_already_counts_against_the_sender()
    {
        Assert.IsType<RedemptionChoice.Wait>(Choose(Winner(), At(5060, sender => sender with { Deposit = new Wei(1500), FundsRemaining = Wei.Zero }) with { Pending = new Wei(501) }));
        Assert.IsType<RedemptionChoice.Redeem>(Choose(Winner(), At(5060, sender => sender with { Deposit = new Wei(1500), FundsRemaining = Wei.Zero }) with { Pending = new Wei(500) }));
    }

    [Fact]
    public void Nothing_is_sent_that_would_revert_now()
    {
        Assert.Equal("the round is over and the next one is not initialized", Wait(Choose(Winner(), At(5100))));
        Assert.Equal("the protocol is paused", Wait(Choose(Winner(), At(5060) with { Chain = TestChains.At(5060) with { IsPaused = true } })));
        var inactive = TestChains.At(5060).With(own => own with { DeactivationRound = 50 });
        Assert.Equal("the orchestrator is not active in round 50", Wait(Choose(Winner(), At(5060) with { Chain = inactive })));
    }

    private static RedemptionChoice Choose(Winner winner, RedemptionState state) => RedemptionRules.Choose(winner, state);

    private static string Wait(RedemptionChoice choice) => Assert.IsType<RedemptionChoice.Wait>(choice).Why;

    private static string Lost(RedemptionChoice choice) => Assert.IsType<RedemptionChoice.Lost>(choice).Why;

    private static RedemptionState At(ulong l1Block, Func<SenderAccount, SenderAccount>? change = null)
    {
        var sender = new SenderAccount(new Wei(1_000_000), 0, new Wei(1_000_000), Wei.Zero, Wei.Zero);
        return new RedemptionState(TestChains.At(l1Block), change is null ? sender : change(sender), Wei.Zero, new Wei(10), 2);
    }

    private static Winner Winner(long round = TestChains.Round, int expires = 5000)
    {
        var ticket = Of(new CreationRound(round, Bytes32.FromWire([9])));
        return new Winner(ticket.Ticket.Hash(), ticket, expires, 0, DateTimeOffset.UnixEpoch);
    }

    private static WinningTicket Of(CreationRound created) => new(
        new Ticket
        {
            Recipient = TestChains.Orchestrator,
            Sender = Address.FromWire([8]),
            FaceValue = s_face,
            WinProbability = WinProbability.Highest,
            SenderNonce = 1,
            RecipientRandHash = new RecipientRand(BigInteger.One).Hash(),
            Created = created,
        },
        new byte[65], new RecipientRand(BigInteger.One));
}
