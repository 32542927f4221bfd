using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;
using Ticket = Pool.Shared.Livepeer.Tickets.Ticket;

namespace Pool.Shared.Tests.Livepeer.Tickets;

/// <summary>What the vectors do not say: limits, hostile payments, and laws that hold for all numbers.</summary>
public sealed class TicketTests
{
    private static readonly Ticket s_ticket = new()
    {
        Recipient = Address.FromWire([1]),
        Sender = Address.FromWire([2]),
        FaceValue = Wei.OneEth,
        WinProbability = WinProbability.Highest,
        SenderNonce = 1,
        RecipientRandHash = Bytes32.Keccak("rand"u8),
        Created = new CreationRound(5, Bytes32.Keccak("round"u8)),
    };

    [Fact]
    public void Every_field_changes_the_hash()
    {
        Ticket[] others =
        [
            s_ticket with { Recipient = Address.Zero }, s_ticket with { Sender = Address.Zero }, s_ticket with { FaceValue = Wei.One },
            s_ticket with { WinProbability = WinProbability.Never }, s_ticket with { SenderNonce = 2 },
            s_ticket with { RecipientRandHash = Bytes32.Zero }, s_ticket with { Created = s_ticket.Created with { BlockHash = Bytes32.Zero } },
            s_ticket with { Created = new CreationRound(6, s_ticket.Created.BlockHash) }, s_ticket with { Created = default },
        ];

        Assert.Equal(others.Length + 1, others.Append(s_ticket).Select(ticket => ticket.Hash()).Distinct().Count());
    }

    [Fact]
    public void Only_the_sender_signs_a_ticket()
    {
        using var sender = EthereumKey.Create();
        using var stranger = EthereumKey.Create();
        var ticket = s_ticket with { Sender = sender.Address };

        Assert.True(ticket.IsSigned(ticket.Sign(sender)));
        Assert.False(ticket.IsSigned(ticket.Sign(stranger)));
        Assert.False((ticket with { SenderNonce = 2 }).IsSigned(ticket.Sign(sender)));
        Assert.False(ticket.IsSigned([]));
    }

    [Fact]
    public void Rand_is_bound_to_everything_it_is_derived_from_and_never_shown()
    {
        var terms = new RecipientRandTerms
        {
            Seed = 77,
            Sender = s_ticket.Sender,
            FaceValue = Wei.OneGwei,
            WinProbability = new WinProbability(1000),
            ExpirationBlock = 40,
            PricePerPixel = new Ratio(2, 3),
            Created = s_ticket.Created,
        };
        RecipientRandTerms[] others =
        [
            terms with { Seed = 78 }, terms with { Sender = Address.Zero }, terms with { FaceValue = Wei.One },
            terms with { WinProbability = WinProbability.Never }, terms with { ExpirationBlock = 41 }, terms with { PricePerPixel = new Ratio(1, 3) },
            terms with { PricePerPixel = 2 }, terms with { Created = default },
        ];
        var secret = new byte[RecipientRandTerms.SecretBytes];

        Assert.Equal(others.Length + 1, others.Append(terms).Select(one => one.Derive(secret)).Distinct().Count());
        Assert.NotEqual(terms.Derive(secret), terms.Derive([.. secret[1..], 1]));
        Assert.DoesNotContain(terms.Derive(secret).Value.ToString(), terms.Derive(secret).ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => terms.Derive(secret.AsSpan(1)));
    }

    [Fact]
    public void Numbers_beyond_256_bits_negative_rounds_and_too_many_tickets_are_no_payment()
    {
        byte[] tooLong = [1, .. new byte[32]];
        Assert.All<Action<Payment>>(
        [
            payment => payment.TicketParams.FaceValue = ByteString.CopyFrom(tooLong),
            payment => payment.TicketParams.WinProb = ByteString.CopyFrom(tooLong),
            payment => payment.TicketParams.Seed = ByteString.CopyFrom(tooLong),
            payment => payment.TicketParams.ExpirationBlock = ByteString.CopyFrom(tooLong),
            payment => payment.ExpirationParams = new TicketExpirationParams { CreationRound = -1 },
            payment => payment.TicketSenderParams.AddRange(Enumerable.Repeat(new TicketSenderParams(), PaymentTickets.MaxTickets)),
            payment => payment.TicketParams = null,
        ],
        spoil =>
        {
            var payment = NewPayment();
            Assert.True(PaymentTickets.TryRead(payment, Ratio.One, out _));
            spoil(payment);
            Assert.False(PaymentTickets.TryRead(payment, Ratio.One, out _));
        });
    }

    [Fact]
    public void Leading_zeros_of_a_number_do_not_count_and_no_round_is_no_auxiliary_data()
    {
        var payment = NewPayment();
        payment.TicketParams.FaceValue = ByteString.CopyFrom([.. new byte[40], 9]);

        Assert.True(PaymentTickets.TryRead(payment, Ratio.One, out var tickets));

        var received = Assert.Single(tickets.Tickets);
        Assert.Equal(9, received.Ticket.FaceValue.Value);
        Assert.Empty(received.Ticket.Created.AuxData());
        Assert.True(received.Ticket.Created.IsNone);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    public void Price_without_pixels_is_no_price(long price, long pixels)
    {
        Assert.False(PixelPrice.TryFromWire(new PriceInfo { PricePerUnit = price, PixelsPerUnit = pixels }, out _));
        Assert.False(PixelPrice.TryFromWire(null, out _));
    }

    [Fact]
    public void Ticket_of_an_offer_is_worth_what_was_asked_for_and_hardly_more()
    {
        var numbers = Gen.Choose(1, int.MaxValue).Select(number => (BigInteger)number * number);

        Prop.ForAll(numbers.Three().ToArbitrary(), three =>
        {
            var terms = new TicketTerms { ExpectedValue = new Wei(three.Item1), GasPrice = new Wei(three.Item2 % 10_000_000_000) };

            if (TicketOffer.For(Ratio.One, terms, three.Item3) is not { } offer)
            {
                return;
            }

            var value = offer.WinProbability.ExpectedValue(offer.FaceValue);
            Assert.True(offer.FaceValue.Value <= three.Item3);
            Assert.True(value >= three.Item1 && value - three.Item1 < 1);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void So_many_tickets_are_enough_and_one_less_is_not()
    {
        var ratios = Gen.Choose(-100_000, 100_000).Zip(Gen.Choose(1, 1000)).Select(pair => new Ratio(pair.Item1, pair.Item2));

        Prop.ForAll(ratios.Three().ToArbitrary(), three =>
        {
            var (existing, needed, value) = (three.Item1, three.Item2, three.Item3.Sign > 0 ? three.Item3 : Ratio.One - three.Item3);

            var count = TicketCount.Needed(existing, needed, value);

            Assert.True(existing + (value * count) >= needed);
            Assert.True(count.IsZero || existing + (value * (count - 1)) < needed);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Ticket_that_is_worth_nothing_is_never_enough() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TicketCount.Needed(Ratio.Zero, Ratio.One, Ratio.Zero));

    private static Payment NewPayment() => new()
    {
        TicketParams = new TicketParams { FaceValue = ByteString.CopyFrom(1), WinProb = ByteString.CopyFrom(2) },
        TicketSenderParams = { new TicketSenderParams { SenderNonce = 1 } },
    };
}
