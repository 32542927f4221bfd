using System.Numerics;
using Google.Protobuf;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Livepeer.Wire;
using Ticket = Pool.Shared.Livepeer.Tickets.Ticket;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Tickets;

/// <summary>A gateway with a key of its own that makes payments, good ones and others.</summary>
internal sealed class PayingGateway
{
    public EthereumKey Key { get; } = EthereumKey.Create();

    public Address Address => Key.Address;

    /// <summary>What one ticket of these parameters is worth, in wei.</summary>
    public static Ratio ValueOf(TicketParams offered) =>
        new WinProbability(BigEndian.Read(offered.WinProb.Span)).ExpectedValue(new Wei(BigEndian.Read(offered.FaceValue.Span)));

    /// <summary>A payment of a stock gateway with these nonces.</summary>
    public Payment Pay(TicketParams offered, PriceInfo price, params IEnumerable<uint> nonces)
    {
        var payment = new Payment
        {
            TicketParams = offered.Clone(),
            Sender = ByteString.CopyFrom(Address.ToBytes()),
            ExpirationParams = offered.ExpirationParams.Clone(),
            ExpectedPrice = price.Clone(),
        };
        payment.TicketSenderParams.Add(nonces.Select(nonce => Sign(offered, payment.ExpirationParams, nonce)));
        return payment;
    }

    /// <summary>A payment without tickets.</summary>
    public Payment PayNothing(PriceInfo price) => new() { Sender = ByteString.CopyFrom(Address.ToBytes()), ExpectedPrice = price.Clone() };

    /// <summary>A signed ticket.</summary>
    public TicketSenderParams Sign(TicketParams offered, TicketExpirationParams expiration, uint nonce) => new()
    {
        SenderNonce = nonce,
        Sig = ByteString.CopyFrom(TicketOf(offered, expiration, nonce).Sign(Key)),
    };

    public static IEnumerable<uint> Nonces(uint first, int count) => Enumerable.Range(0, count).Select(index => first + (uint)index);

    private Ticket TicketOf(TicketParams offered, TicketExpirationParams expiration, uint nonce) => new()
    {
        Recipient = Address.FromWire(offered.Recipient.Span),
        Sender = Address,
        FaceValue = new Wei(BigEndian.Read(offered.FaceValue.Span)),
        WinProbability = new WinProbability(BigEndian.Read(offered.WinProb.Span)),
        SenderNonce = nonce,
        RecipientRandHash = Bytes32.FromWire(offered.RecipientRandHash.Span),
        Created = CreationRound.FromWire(expiration),
    };
}
