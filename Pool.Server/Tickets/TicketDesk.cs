using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using Pool.Server.Chain;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;

namespace Pool.Server.Tickets;

/// <summary>Makes the offers: a price, and parameters of tickets that are bound to it and to their gateway (protocol §3.5, §5.4).</summary>
internal sealed class TicketDesk(
    IChainView chain, PriceBook prices, TicketSecret secret, IPendingRedemptions pending, PaymentSessions sessions, IOptions<TicketsOptions> options,
    TicketsNetwork network)
{
    /// <summary>L1 blocks that parameters are valid for (protocol §5.4, expirationBlock).</summary>
    public const int ValidBlocks = Settlement.Partitions.PartitionTables.ParametersLiveBlocks;

    private const int SeedBytes = 32;

    private readonly Wei _maxFaceValue = Parse(options.Value.MaxFaceValue);
    private readonly BigInteger _redeemGas = options.Value.RedeemGasOn(network);

    /// <summary>What a ticket is worth on average: a balance must have this much for a segment (protocol §4.6, balance check).</summary>
    public Wei ExpectedValue { get; } = Parse(options.Value.TicketEv);

    /// <summary>What this gateway is offered now.</summary>
    public async ValueTask<TermsVerdict> OfferAsync(PaymentAccount account, CancellationToken cancellationToken)
    {
        var now = chain.Now;
        var price = sessions.PriceOf(account) ?? prices.Of(account.Sender);
        if (price.IsZero)
        {
            return Offer(account.Sender, now, price, TicketOffer.Free);
        }

        try
        {
            var terms = Terms(now);
            var funds = await chain.SenderAsync(account.Sender, cancellationToken);
            if (!funds.WithdrawRound.IsZero)
            {
                // A stock gateway does not send either while it unlocks; the redemption of its tickets relies on there being no new parameters.
                return new TermsVerdict.Refused(TicketWords.UnlocksSoon(account.Sender));
            }

            var maxFloat = funds.FundsIn(now.Round, pending.Of(account.Sender)).MaxFloat;
            if (sessions.PriceOf(account) is { } set)
            {
                price = set;
            }
            else if (options.Value.IsPriceAdjusted)
            {
                if (TicketOffer.TxCostMultiplier(terms, maxFloat) is not { } multiplier)
                {
                    return new TermsVerdict.Refused(TicketOffer.InsufficientReserve);
                }

                price = PixelPrice.Quote(price, multiplier, isAdjusted: true);
            }

            return TicketOffer.For(price, terms, maxFloat) is { } offer
                ? Offer(account.Sender, now, price, offer)
                : new TermsVerdict.Refused(TicketOffer.InsufficientReserve);
        }
        catch (RpcException)
        {
            return new TermsVerdict.Refused(TicketWords.NoSenderInfo(account.Sender));
        }
    }

    /// <summary>Whether a gateway without a fixed price has to pay now.</summary>
    public bool IsFree(Address sender) => prices.Of(sender).IsZero;

    private TermsVerdict.Offered Offer(Address sender, ChainSnapshot now, Ratio price, TicketOffer offer)
    {
        var expiration = (long)now.Head.L1Number + ValidBlocks;
        var terms = new RecipientRandTerms
        {
            Seed = BigEndian.Read(RandomNumberGenerator.GetBytes(SeedBytes)),
            Sender = sender,
            FaceValue = offer.FaceValue,
            WinProbability = offer.WinProbability,
            ExpirationBlock = expiration,
            PricePerPixel = price,
            Created = now.Round.Creation,
        };
        var ticket = new TicketParams
        {
            Recipient = ByteString.CopyFrom(now.Orchestrator.Account.ToBytes()),
            FaceValue = Bytes(terms.FaceValue.Value),
            WinProb = Bytes(terms.WinProbability.Numerator),
            RecipientRandHash = ByteString.CopyFrom(secret.RandOf(terms).Hash().ToBytes()),
            Seed = Bytes(terms.Seed),
            ExpirationBlock = Bytes(terms.ExpirationBlock),
            ExpirationParams = terms.Created.ToWire(),
        };
        return new TermsVerdict.Offered(ticket, PixelPrice.ToWire(price));
    }

    private TicketTerms Terms(ChainSnapshot now) => new()
    {
        ExpectedValue = ExpectedValue,
        RedeemGas = _redeemGas,
        GasPrice = now.GasPrice,
        MaxFaceValue = _maxFaceValue,
    };

    private static ByteString Bytes(BigInteger number) => ByteString.CopyFrom(BigEndian.Minimal(number));

    private static Wei Parse(string digits) => new(BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture));
}
