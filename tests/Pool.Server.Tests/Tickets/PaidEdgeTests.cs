using System.Globalization;
using Google.Protobuf;
using Pool.Gateway.Network;
using Pool.Server.Tests.Kit;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Tickets;

/// <summary>Payments as a gateway sees them, over real sockets: statuses, words, what is charged and what survives.</summary>
public sealed class PaidEdgeTests : IAsyncLifetime
{
    private PaidServer _server = null!;   // set before any test runs

    public async Task InitializeAsync() => _server = await PaidServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_paid_segment_comes_back_signed_at_the_fixed_price_and_is_charged_by_its_pixels()
    {
        var terms = await _server.GetOrchestratorAsync();
        var answer = await _server.SegmentAsync(terms, Pay(terms, 1, 2, 3));

        Assert.Equal(_server.Signer.Account, Address.FromWire(answer.Result!.Info.Address.Span));
        Assert.True(ResultSigning.IsSignedBy(_server.Signer.Account, TestJob.GoodRenditions.Select(rendition => Keccak256.Hash(rendition)), answer.Result.Data.Sig.Span));
        Assert.Equal(terms.PriceInfo, answer.Result.Info.PriceInfo);
        Assert.NotEqual(terms.TicketParams.RecipientRandHash, answer.Result.Info.TicketParams.RecipientRandHash);
        var expected = (PayingGateway.ValueOf(terms.TicketParams) * 3) - (new Ratio(1200, 1) * TestJob.Pixels);
        Assert.Equal(expected, _server.Sessions.Find(_server.Account(terms))!.Balance);
        Assert.Equal((1, 1), (await _server.Server.ScalarAsync("SELECT count(*) FROM payments WHERE credited = 3"), await _server.Server.ScalarAsync("SELECT count(*) FROM debits")));
        Assert.Equal(TestJob.Pixels, await _server.Server.ScalarAsync("SELECT pixels FROM debits"));
        Assert.Equal(1, await _server.Server.ScalarAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT count(*) FROM payment_sessions WHERE balance_numerator = {expected.Numerator} AND balance_denominator = {expected.Denominator} AND price_numerator = 1200")));
    }

    [Fact]
    public async Task What_is_wrong_with_a_payment_is_a_400_in_the_networks_words()
    {
        var me = _server.Gateway.Address;
        await RefusedAsync("invalid ticket signature", payment => payment.TicketSenderParams[0].Sig = ByteString.CopyFrom(new byte[65]));
        await RefusedAsync("invalid recipientRand for ticket recipientRandHash", payment => payment.ExpectedPrice.PricePerUnit = 1);
        await RefusedAsync("invalid ticket recipient", payment => payment.TicketParams.Recipient = ByteString.CopyFrom(me.ToBytes()));
        await RefusedAsync("invalid expected price sent with payment err=\"expected price is nil\"", payment => payment.ExpectedPrice = null);
        await RefusedAsync("Insufficient balance", payment => payment.TicketSenderParams.Clear());

        var replayed = await _server.GetOrchestratorAsync();
        Assert.Equal(200, (await _server.SegmentAsync(replayed, Pay(replayed, 1))).Status);
        var again = await _server.SegmentAsync(replayed, Pay(replayed, 1), 2);
        Assert.Equal((400, $"invalid ticket senderNonce: already seen sender={me} nonce=1\n"), (again.Status, again.Text));

        _server.Chain.Block += 40;
        var expired = await _server.SegmentAsync(replayed, Pay(replayed, 2), 3);
        Assert.Equal((400, "TicketParams expired\n"), (expired.Status, expired.Text));

        async Task RefusedAsync(string words, Action<Payment> change)
        {
            var terms = await _server.GetOrchestratorAsync();
            var payment = Pay(terms, 1);
            change(payment);
            var answer = await _server.SegmentAsync(terms, payment);
            Assert.Equal((400, words + "\n"), (answer.Status, answer.Text));
        }
    }

    [Fact]
    public async Task Hundreds_of_tickets_fit_into_one_header_and_one_too_many_is_refused()
    {
        var terms = await _server.GetOrchestratorAsync();

        Assert.Equal(200, (await _server.SegmentAsync(terms, Pay(terms, [.. PayingGateway.Nonces(1, 600)]))).Status);
        var refused = await _server.SegmentAsync(terms, Pay(terms, 601), 2);

        Assert.Equal((400, $"invalid ticket senderNonce: too many values sender={_server.Gateway.Address} nonce=601\n"), (refused.Status, refused.Text));
    }

    [Fact]
    public async Task Neither_an_unsigned_request_nor_an_unsigned_segment_gets_in()
    {
        var noTerms = await Assert.ThrowsAsync<GrpcCallException>(_server.Server.Gateway.GetOrchestratorAsync);
        var terms = await _server.GetOrchestratorAsync();
        var payment = Pay(terms, 1);
        payment.Sender = ByteString.CopyFrom(EthereumKey.Create().Address.ToBytes());
        var forged = await _server.SegmentAsync(terms, payment);
        var unpaid = await _server.SegmentAsync(terms, new Payment());

        Assert.Equal((2, "Invalid orchestrator request: orchestrator req sig check failed"), (noTerms.Status, noTerms.Message));
        Assert.Equal((403, "ErrSegSig\n"), (forged.Status, forged.Text));
        Assert.Equal((403, "ErrSegSig\n"), (unpaid.Status, unpaid.Text));
    }

    [Fact]
    public async Task A_sender_whose_reserve_is_gone_gets_no_terms_and_its_segments_an_internal_error()
    {
        var terms = await _server.GetOrchestratorAsync();
        _server.Chain.Fund(_server.Gateway.Address, Wei.OneEth, Wei.Zero);

        var noTerms = await Assert.ThrowsAsync<GrpcCallException>(_server.GetOrchestratorAsync);
        var answer = await _server.SegmentAsync(terms, Pay(terms, 1));

        Assert.Equal("insufficient sender reserve", noTerms.Message);
        Assert.Equal((500, "Internal Server Error\n"), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task A_payment_that_the_disk_does_not_take_is_an_internal_error_and_credits_nothing()
    {
        var terms = await _server.GetOrchestratorAsync();
        _server.Disk.BeforeSync = () => throw new IOException("No space left on device");
        var refused = await _server.SegmentAsync(terms, Pay(terms, 1));
        Assert.Equal((500, "Internal Server Error\n"), (refused.Status, refused.Text));
        Assert.Equal(Ratio.Zero, _server.Sessions.Find(_server.Account(terms))!.Balance);

        _server.Disk.BeforeSync = () => { };
        Assert.Equal(200, (await _server.SegmentAsync(terms, Pay(terms, 1))).Status);
        Assert.Equal(1, await _server.Server.ScalarAsync("SELECT count(*) FROM payments"));
    }

    [Fact]
    public async Task No_answer_goes_out_before_the_payment_is_on_the_disk_not_even_a_refusal()
    {
        using var release = new SemaphoreSlim(0);
        var terms = await _server.GetOrchestratorAsync();
        var syncs = _server.Disk.Syncs;
        _server.Disk.BeforeSync = () => release.Wait(Patience.Limit);
        var paid = _server.BeginAsync(terms, Pay(terms, 1));
        await Eventually.IsSoAsync("the payment is at its sync", () => Task.FromResult(_server.Disk.Syncs == syncs + 1));
        var wrong = _server.SegmentAsync(terms, Pay(terms, 2), 2, credentials => credentials.Hash = ByteString.CopyFrom(new byte[32]));
        Assert.Equal((false, false), (paid.IsCompleted, wrong.IsCompleted));

        _server.Disk.BeforeSync = () => { };
        release.Release(8);
        using var response = await paid;
        Assert.Equal((200, 403), ((await SegmentAnswer.ReadAsync(response)).Status, (await wrong).Status));
        Assert.Equal(2, await _server.Server.ScalarAsync("SELECT sum(credited) FROM payments"));
    }

    [Fact]
    public async Task A_result_that_nobody_can_sign_is_told_as_a_fault_of_ours()
    {
        var terms = await _server.GetOrchestratorAsync();
        _server.Signer.IsAway = true;

        Assert.Equal("internal error", (await _server.SegmentAsync(terms, Pay(terms, 1))).Error);
    }

    private Payment Pay(OrchestratorInfo terms, params uint[] nonces) => _server.Gateway.Pay(terms.TicketParams, terms.PriceInfo, nonces);
}
