using System.Numerics;
using Pool.Server.Tickets;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Tickets;

/// <summary>What gateways are offered (protocol §3.5, §5.4).</summary>
public sealed class OfferTests
{
    [Fact]
    public async Task Parameters_are_worth_the_expected_value_pay_the_orchestrator_and_expire_in_forty_blocks_of_L1()
    {
        using var room = new TicketsUnderTest();

        var (ticket, price) = await room.OfferAsync();

        Assert.Equal(FakeChain.Orchestrator, Address.FromWire(ticket.Recipient.Span));
        Assert.NotEqual(FakeChain.Orchestrator, room.Tickets.Account);
        Assert.Equal(new BigInteger(1_200_000L * 100) * 2_000_000_000, BigEndian.Read(ticket.FaceValue.Span));
        Assert.Equal(TicketTerms.DefaultExpectedValue.Value, PayingGateway.ValueOf(ticket).Floor());
        Assert.Equal(1040, BigEndian.Read(ticket.ExpirationBlock.Span));
        Assert.Equal(room.Chain.Now.Round.Creation, CreationRound.FromWire(ticket.ExpirationParams));

        // One hundredth of the face value goes into redemption: 1200 × 101/100.
        Assert.Equal((1212, 1), (price.PricePerUnit, price.PixelsPerUnit));
    }

    [Fact]
    public async Task Every_offer_has_a_rand_of_its_own()
    {
        using var room = new TicketsUnderTest();

        Assert.NotEqual((await room.OfferAsync()).Ticket.RecipientRandHash, (await room.OfferAsync()).Ticket.RecipientRandHash);
    }

    [Theory]
    [InlineData("0", "1", 0, 1)]
    [InlineData("5", "2", 5, 2)]
    public async Task Without_adjustment_the_price_is_the_operators(string perUnit, string pixels, long numerator, long denominator)
    {
        using var room = new TicketsUnderTest(options => (options.PricePerUnit, options.PixelsPerUnit, options.IsPriceAdjusted) = (perUnit, pixels, false));

        var (ticket, price) = await room.OfferAsync();

        Assert.Equal((numerator, denominator), (price.PricePerUnit, price.PixelsPerUnit));
        Assert.Equal(numerator == 0, ticket.FaceValue.IsEmpty);
    }

    [Fact]
    public async Task A_gateway_with_a_price_of_its_own_gets_that_however_its_address_is_written()
    {
        var gateway = EthereumKey.Create().Address;
        using var room = new TicketsUnderTest(options =>
        {
            options.IsPriceAdjusted = false;
            options.Prices[gateway.ToString().ToLowerInvariant()] = "7/3";
        });
        room.Chain.Fund(gateway, Wei.OneEth, Wei.OneEth * 10);

        var offered = Assert.IsType<TermsVerdict.Offered>(await room.Tickets.OfferAsync(new PaymentAccount(gateway, "s"), CancellationToken.None));

        Assert.Equal((7, 3), (offered.Price!.PricePerUnit, offered.Price.PixelsPerUnit));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7_999_999_999 * 10)]
    public async Task A_reserve_that_backs_no_ticket_is_insufficient(long reserve)
    {
        using var room = new TicketsUnderTest();
        room.Chain.Fund(room.Gateway.Address, Wei.OneEth, new Wei(reserve));

        Assert.Equal("insufficient sender reserve", await RefusalAsync(room));
    }

    [Fact]
    public async Task What_is_being_redeemed_lowers_the_face_value_unless_the_deposit_is_three_times_that()
    {
        using var room = new TicketsUnderTest();
        room.Chain.Fund(room.Gateway.Address, Wei.OneEth, Wei.OneEth);

        room.Pending.Amount = new Wei(Wei.OneEth.Value / 3);
        Assert.Equal(Wei.OneEth.Value / 10, BigEndian.Read((await room.OfferAsync()).Ticket.FaceValue.Span));
        room.Pending.Amount = new Wei((Wei.OneEth.Value / 3) + 1);
        Assert.Equal("insufficient sender reserve", await RefusalAsync(room));
    }

    [Fact]
    public async Task The_highest_face_value_is_the_operators()
    {
        using var room = new TicketsUnderTest(options => options.MaxFaceValue = "10000000000000000");

        Assert.Equal(BigInteger.Pow(10, 16), BigEndian.Read((await room.OfferAsync()).Ticket.FaceValue.Span));
    }

    [Fact]
    public async Task Who_unlocks_and_whom_nobody_knows_is_offered_nothing()
    {
        using var room = new TicketsUnderTest();
        room.Chain.Fund(room.Gateway.Address, Wei.OneEth * 10, Wei.OneEth * 10, 30);
        Assert.Equal($"deposit and reserve for sender {room.Gateway.Address} is set to unlock soon", await RefusalAsync(room));

        room.Chain.IsAway = true;
        Assert.StartsWith($"could not get sender info for {room.Gateway.Address}", await RefusalAsync(room), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_keeps_the_price_of_its_first_payment()
    {
        using var room = new TicketsUnderTest();
        var (ticket, price) = await room.OfferAsync();
        Assert.IsType<PaymentVerdict.Accepted>(await room.TakeAsync(room.Gateway.Pay(ticket, price, 1)));
        room.Chain.Now = room.Chain.Now with { GasPrice = Wei.OneGwei * 100 };

        Assert.Equal(price, (await room.OfferAsync()).Price);
        Assert.NotEqual(price, (await room.OfferAsync("another")).Price);
    }

    [Fact]
    public void Wrong_settings_are_named_all_at_once()
    {
        var options = new TicketsOptions { TicketEv = "0", MaxFaceValue = "-1", PixelsPerUnit = "0", RedeemGas = "much" };
        options.Prices["0x12"] = "1/0";

        var faults = new TicketsOptionsValidator(new TicketsNetwork(IsOnChain: true, "x")).Validate(null, options).Failures!;

        foreach (var setting in new[] { "TicketEv", "MaxFaceValue", "PricePerUnit", "PixelsPerUnit", "RedeemGas", "0x12", "Prices:0x12" })
        {
            Assert.Contains(faults, fault => fault.Contains($"Tickets:{setting}", StringComparison.Ordinal) || fault.Contains($"'{setting}'", StringComparison.Ordinal));
        }

        Assert.True(new TicketsOptionsValidator(new TicketsNetwork(IsOnChain: false, "offchain")).Validate(null, new TicketsOptions()).Succeeded);
    }

    [Fact]
    public async Task Results_and_pongs_are_signed_by_the_signer_and_nobody_else()
    {
        using var room = new TicketsUnderTest();
        var hash = Bytes32.Keccak([1, 2, 3]);
        var signature = await room.Tickets.SignAsync(hash, CancellationToken.None);

        Assert.True(PersonalMessage.IsSignedBy(room.Signer.Account, hash.ToBytes(), signature));
        Assert.True(PingSigning.IsAnsweredBy(room.Tickets.Account, [1, 2, 3], signature));
        room.Signer.IsAway = true;
        Assert.Null(await room.Tickets.SignAsync(hash, CancellationToken.None));
    }

    private static async Task<string> RefusalAsync(TicketsUnderTest room) =>
        Assert.IsType<TermsVerdict.Refused>(await room.Tickets.OfferAsync(room.Account(), CancellationToken.None)).Reason;
}
