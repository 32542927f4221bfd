using Google.Protobuf;
using Pool.Server.Settlement;
using Pool.Server.Tickets;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Tickets;

/// <summary>Tickets as they come in: the network's order and words (protocol §4.6, §5.6), credit, nonces and what is written down.</summary>
public sealed class PaymentTests : IDisposable
{
    private readonly TicketsUnderTest _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task Good_tickets_are_credited_exactly_and_written_down()
    {
        var (ticket, price) = await _room.OfferAsync();

        var accepted = Assert.IsType<PaymentVerdict.Accepted>(await _room.TakeAsync(_room.Gateway.Pay(ticket, price, 1, 2, 3)));

        Assert.Equal(new Ratio(1212, 1), accepted.Price);
        Assert.Equal(PayingGateway.ValueOf(ticket) * 3, _room.Balance());
        var record = Assert.Single(_room.Settlement.Payments);
        Assert.Equal([1u, 2u, 3u], record.Nonces);
        Assert.Equal((3, PayingGateway.ValueOf(ticket) * 3, (Ratio?)new Ratio(1212, 1)), (record.Credited, record.Credit, record.SessionPrice));
        Assert.Equal(record.RecipientRandHash, Bytes32.FromWire(ticket.RecipientRandHash.Span));
    }

    [Fact]
    public async Task Every_fault_of_a_payment_is_told_in_the_networks_words_and_credits_nothing()
    {
        var (ticket, price) = await _room.OfferAsync();
        var me = _room.Gateway.Address;
        var other = new PayingGateway();

        await RefusedAsync("invalid ticket recipient", payment => payment.TicketParams.Recipient = ByteString.CopyFrom(new byte[20]));
        await RefusedAsync("invalid recipientRand for ticket recipientRandHash", payment => payment.TicketParams.RecipientRandHash = ByteString.CopyFrom(new byte[32]));
        await RefusedAsync("invalid recipientRand for ticket recipientRandHash", payment => payment.ExpectedPrice.PricePerUnit--);
        await RefusedAsync("invalid recipientRand for ticket recipientRandHash", payment => payment.TicketParams.Seed = ByteString.CopyFrom(1));
        await RefusedAsync("invalid recipientRand for ticket recipientRandHash", payment => payment.TicketParams.ExpirationBlock = ByteString.CopyFrom(4, 17));
        await RefusedAsync("invalid recipientRand for ticket recipientRandHash", payment => payment.TicketParams.FaceValue = ByteString.CopyFrom(Enumerable.Repeat((byte)1, 33).ToArray()));
        await RefusedAsync("invalid recipientRand for ticket recipientRandHash", payment => payment.ExpirationParams.CreationRound++);
        await RefusedAsync("invalid ticket signature", payment => payment.TicketSenderParams[0].SenderNonce = 9);
        await RefusedAsync("invalid ticket signature", payment => payment.TicketSenderParams[0] = other.Sign(ticket, payment.ExpirationParams, 1));
        await RefusedAsync("invalid expected price sent with payment err=\"expected price is nil\"", payment => payment.ExpectedPrice = null);
        await RefusedAsync("invalid expected price sent with payment err=\"pixels per unit is 0\"", payment => payment.ExpectedPrice.PixelsPerUnit = 0);
        await RefusedAsync($"Could not find Sender for payment: tickets for {FakeChain.Orchestrator}", payment => payment.Sender = ByteString.Empty);
        Assert.Empty(_room.Settlement.Payments);

        async Task RefusedAsync(string words, Action<Payment> change)
        {
            var payment = _room.Gateway.Pay(ticket, price, 1);
            change(payment);
            Assert.Equal(words, await _room.RefusalAsync(payment));
            Assert.Equal(Ratio.Zero, _room.Balance());
        }
    }

    [Fact]
    public async Task An_orchestrator_that_is_not_active_takes_no_payment()
    {
        var (ticket, price) = await _room.OfferAsync();
        var state = _room.Chain.Now.Orchestrator;
        _room.Chain.Now = _room.Chain.Now with { Orchestrator = state with { DeactivationRound = 17 } };

        Assert.Equal(
            $"orchestrator {FakeChain.Orchestrator} is inactive in round 17, cannot process payments", await _room.RefusalAsync(_room.Gateway.Pay(ticket, price, 1)));
    }

    [Theory]
    [InlineData(18, true)]
    [InlineData(19, false)]
    public async Task A_sender_that_unlocks_soon_is_refused_one_that_unlocks_later_is_not(int withdrawRound, bool isRefused)
    {
        var (ticket, price) = await _room.OfferAsync();
        _room.Chain.Fund(_room.Gateway.Address, Wei.OneEth * 10, Wei.OneEth * 10, withdrawRound);

        var verdict = await _room.TakeAsync(_room.Gateway.Pay(ticket, price, 1));

        Assert.Equal(
            isRefused ? $"deposit and reserve for sender {_room.Gateway.Address} is set to unlock soon" : null, (verdict as PaymentVerdict.Refused)?.Reason);
    }

    [Fact]
    public async Task A_nonce_is_credited_once_and_what_comes_after_a_fault_is_used_up_without_credit()
    {
        var (ticket, price) = await _room.OfferAsync();
        var value = PayingGateway.ValueOf(ticket);
        await _room.TakeAsync(_room.Gateway.Pay(ticket, price, 2));

        var refusal = await _room.RefusalAsync(_room.Gateway.Pay(ticket, price, 1, 2, 3));

        Assert.Equal($"invalid ticket senderNonce: already seen sender={_room.Gateway.Address} nonce=2", refusal);
        Assert.Equal(value * 2, _room.Balance());
        Assert.Equal([1u, 3u], _room.Settlement.Payments[1].Nonces);
        Assert.Equal(1, _room.Settlement.Payments[1].Credited);
        Assert.EndsWith("nonce=3", await _room.RefusalAsync(_room.Gateway.Pay(ticket, price, 3)), StringComparison.Ordinal);
        Assert.Equal(value * 2, _room.Balance());
    }

    [Fact]
    public async Task A_rand_has_six_hundred_nonces()
    {
        var (ticket, price) = await _room.OfferAsync();

        var tooManyAtOnce = await _room.RefusalAsync(_room.Gateway.Pay(ticket, price, PayingGateway.Nonces(1, 601)));
        Assert.IsType<PaymentVerdict.Accepted>(await _room.TakeAsync(_room.Gateway.Pay(ticket, price, PayingGateway.Nonces(1, 600))));
        var oneMore = await _room.RefusalAsync(_room.Gateway.Pay(ticket, price, 601));

        Assert.Equal($"invalid ticket senderNonce: too many values sender={_room.Gateway.Address} nonce=601", tooManyAtOnce);
        Assert.Equal(tooManyAtOnce, oneMore);
        Assert.Equal(PayingGateway.ValueOf(ticket) * 600, _room.Balance());
    }

    [Fact]
    public async Task Parameters_expire_at_their_block_and_stay_expired_when_an_endpoint_lags_behind()
    {
        var (ticket, price) = await _room.OfferAsync();
        _room.Chain.Block = 1039;
        Assert.IsType<PaymentVerdict.Accepted>(await _room.TakeAsync(_room.Gateway.Pay(ticket, price, 1)));

        _room.Chain.Block = 1040;
        Assert.Equal("TicketParams expired", await _room.RefusalAsync(_room.Gateway.Pay(ticket, price, 2)));
        _room.Chain.Block = 1039;
        Assert.Equal("TicketParams expired", await _room.RefusalAsync(_room.Gateway.Pay(ticket, price, 1)));
        Assert.Equal(PayingGateway.ValueOf(ticket), _room.Balance());
        Assert.Equal(0, _room.Nonces.Count);
    }

    [Fact]
    public async Task A_winner_is_written_down_whole_even_with_a_fault_but_only_once()
    {
        using var room = new TicketsUnderTest(options => (options.TicketEv, options.MaxFaceValue) = ("10000000000000000", "10000000000000000"));
        var (ticket, price) = await room.OfferAsync();
        var payment = room.Gateway.Pay(ticket, price, 1);
        await room.TakeAsync(payment);
        room.Chain.Block = 1040;

        Assert.Equal("TicketParams expired", await room.RefusalAsync(room.Gateway.Pay(ticket, price, 2)));
        Assert.Equal("TicketParams expired", await room.RefusalAsync(room.Gateway.Pay(ticket, price, 2)));

        Assert.Equal(2, room.Settlement.Payments.Count);
        var winner = Assert.Single(room.Settlement.Payments[0].Winners);
        var rand = new RecipientRand(winner.Rand);
        Assert.Equal(payment.TicketSenderParams[0].Sig.ToByteArray(), winner.Signature);
        Assert.Equal(Bytes32.FromWire(ticket.RecipientRandHash.Span), rand.Hash());
        Assert.True(room.Settlement.Payments[0].TicketOf(winner.Nonce).IsSigned(winner.Signature));
        Assert.Equal((0, 2u), (room.Settlement.Payments[1].Credited, Assert.Single(room.Settlement.Payments[1].Winners).Nonce));
    }

    [Fact]
    public async Task A_request_without_tickets_needs_a_balance_whatever_price_it_claims()
    {
        var (ticket, price) = await _room.OfferAsync();
        var free = new PriceInfo { PricePerUnit = 0, PixelsPerUnit = 1 };
        Assert.Equal("Insufficient balance", await _room.RefusalAsync(_room.Gateway.PayNothing(free)));
        Assert.Equal("Insufficient balance", await _room.RefusalAsync(_room.Gateway.Pay(ticket, free)));

        await _room.TakeAsync(_room.Gateway.Pay(ticket, price, 1));
        Assert.Equal(new Ratio(1212, 1), Assert.IsType<PaymentVerdict.Accepted>(await _room.TakeAsync(_room.Gateway.PayNothing(free))).Price);
        _room.Sessions.Debit(_room.Gateway.Address, "session", new SettledDebit(1, new Ratio(1212, 1)));
        Assert.Equal("Insufficient balance", await _room.RefusalAsync(_room.Gateway.PayNothing(price)));
        Assert.Equal("Insufficient balance", await _room.RefusalAsync(_room.Gateway.PayNothing(price), "another"));
        Assert.Equal(PayingGateway.ValueOf(ticket) - 1212, _room.Balance());
    }

    [Fact]
    public async Task Where_pixels_are_free_nothing_has_to_be_paid()
    {
        using var room = new TicketsUnderTest(options => options.PricePerUnit = "0");
        var (ticket, price) = await room.OfferAsync();

        Assert.Equal(Ratio.Zero, Assert.IsType<PaymentVerdict.Accepted>(await room.TakeAsync(room.Gateway.PayNothing(price))).Price);
        Assert.IsType<PaymentVerdict.Accepted>(await room.TakeAsync(room.Gateway.Pay(ticket, price, 1)));
        Assert.Equal(0, room.Nonces.Count);
    }

    [Fact]
    public async Task A_payment_that_cannot_be_written_down_credits_nothing_and_its_tickets_are_good_later()
    {
        var (ticket, price) = await _room.OfferAsync();
        _room.Settlement.IsBroken = true;
        Assert.IsType<PaymentVerdict.NotWritten>(await _room.TakeAsync(_room.Gateway.Pay(ticket, price, 1, 2)));
        Assert.Equal(Ratio.Zero, _room.Balance());

        _room.Settlement.IsBroken = false;
        Assert.IsType<PaymentVerdict.Accepted>(await _room.TakeAsync(_room.Gateway.Pay(ticket, price, 1, 2)));
        Assert.Equal(PayingGateway.ValueOf(ticket) * 2, _room.Balance());
    }

    [Fact]
    public async Task What_is_not_durable_yet_is_good_for_its_own_segment_and_for_no_other()
    {
        var (ticket, price) = await _room.OfferAsync();
        var gate = new TaskCompletionSource();
        _room.Settlement.Gate = gate.Task;

        var first = Assert.IsType<PaymentVerdict.Accepted>(await _room.Tickets.TakeAsync(_room.Account(), _room.Gateway.Pay(ticket, price, 1), CancellationToken.None));
        Assert.Equal("Insufficient balance", await _room.RefusalAsync(_room.Gateway.PayNothing(price)));
        var replay = _room.RefusalAsync(_room.Gateway.Pay(ticket, price, 1));
        Assert.False(first.WhenDurable.IsCompleted);
        gate.SetResult();

        Assert.True(await first.WhenDurable);
        Assert.Contains("already seen", await replay, StringComparison.Ordinal);
        Assert.Equal(PayingGateway.ValueOf(ticket), _room.Balance());
    }

    [Fact]
    public async Task A_session_is_forgotten_when_none_of_its_tokens_can_be_good_any_more()
    {
        var (ticket, price) = await _room.OfferAsync();
        await _room.TakeAsync(_room.Gateway.Pay(ticket, price, 1));
        _room.Time.Forward(PaymentSessions.Remembered + TimeSpan.FromMinutes(1));
        await _room.TakeAsync(_room.Gateway.Pay(ticket, price, 2), "another");

        Assert.Equal((1, Ratio.Zero), (_room.Sessions.Count, _room.Balance()));
    }
}
