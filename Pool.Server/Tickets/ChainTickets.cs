using Pool.Server.Chain;
using Pool.Server.Chain.Rpc;
using Pool.Server.Node;
using Pool.Server.Settlement;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;

namespace Pool.Server.Tickets;

/// <summary>An orchestrator that is paid: signatures count, every segment needs a balance, tickets are credited when they are written down (protocol §4.6, §5.6).</summary>
internal sealed partial class ChainTickets(
    IChainView chain, ISigner signer, TicketDesk desk, TicketReceiver receiver, NonceBook nonces, PaymentSessions sessions, ISettlement settlement, TimeProvider time,
    ILogger<ChainTickets> logger) : ITickets
{
    private readonly LogThrottle _log = new(time);

    public Address Account => signer.Account;

    public bool IsSignedBy(Address sender, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) => PersonalMessage.IsSignedBy(sender, hash, signature);

    public async Task<byte[]?> SignAsync(Bytes32 hash, CancellationToken cancellationToken)
    {
        try
        {
            return await signer.SignHashAsync(hash, cancellationToken);
        }
        catch (SignerException failure)
        {
            Log(failure.Message);
            return null;
        }
    }

    public ValueTask<TermsVerdict> OfferAsync(PaymentAccount account, CancellationToken cancellationToken) => desk.OfferAsync(account, cancellationToken);

    public async ValueTask<PaymentVerdict> TakeAsync(PaymentAccount account, Payment payment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(payment);
        if (payment.TicketParams is not { } offered)
        {
            return WithoutTickets(account);
        }

        if (payment.Sender.IsEmpty)
        {
            return new PaymentVerdict.Refused(TicketWords.NoSender(Address.FromWire(offered.Recipient.Span)));
        }

        var now = chain.Now;
        if (!now.Orchestrator.IsActiveIn(now.Round.Number))
        {
            return new PaymentVerdict.Refused(TicketWords.Inactive(now.Orchestrator.Account, now.Round.Number));
        }

        if (!PixelPrice.TryFromWire(payment.ExpectedPrice, out var price))
        {
            return new PaymentVerdict.Refused(TicketWords.InvalidPrice(payment.ExpectedPrice is null ? TicketWords.NoPrice : TicketWords.NoPixels));
        }

        if (payment.TicketSenderParams.Count == 0)
        {
            return WithoutTickets(account);
        }

        return await SenderFaultAsync(account.Sender, now, cancellationToken) is { } fault
            ? new PaymentVerdict.Refused(fault)
            : await TakeTicketsAsync(account, payment, price, now);
    }

    /// <summary>Step 1 of protocol §5.6.</summary>
    private async ValueTask<string?> SenderFaultAsync(Address sender, ChainSnapshot now, CancellationToken cancellationToken)
    {
        try
        {
            var funds = await chain.SenderAsync(sender, cancellationToken);
            return !funds.WithdrawRound.IsZero && funds.WithdrawRound <= now.Round.Number + 1 ? TicketWords.UnlocksSoon(sender) : null;
        }
        catch (RpcException failure)
        {
            Log(failure.Message);
            return TicketWords.NoSenderInfo(sender);
        }
    }

    private async ValueTask<PaymentVerdict> TakeTicketsAsync(PaymentAccount account, Payment payment, Ratio price, ChainSnapshot now)
    {
        if (payment.TicketSenderParams.Count > PaymentTickets.MaxTickets)
        {
            return new PaymentVerdict.Refused(TicketWords.TooManyNonces(account.Sender, payment.TicketSenderParams[PaymentTickets.MaxTickets].SenderNonce));
        }

        if (!PaymentTickets.TryRead(payment, price, out var tickets))
        {
            // Numbers that we never offered: no rand of ours belongs to them.
            return new PaymentVerdict.Refused(TicketWords.InvalidRecipientRand);
        }

        var received = receiver.Receive(tickets, now.Orchestrator.Account, nonces.Advance(now.Head.L1Number));
        if (received is { Fault: null, Credited: 0 })
        {
            return WithoutTickets(account);
        }

        var session = received.Credited > 0 ? sessions.Begin(account, price) : null;
        var isEnough = IsEnough(session, received.Credit);
        var durable = received.IsWorthWriting ? WriteAsync(Record(account, tickets, received, session), session) : NothingToWrite(session);
        if ((received.Fault ?? (isEnough ? null : TicketWords.InsufficientBalance)) is not { } refusal)
        {
            return new PaymentVerdict.Accepted(session?.Price, durable);
        }

        return await durable ? new PaymentVerdict.Refused(refusal) : new PaymentVerdict.NotWritten();
    }

    /// <summary>A request without tickets lives on what its session has left. Its price is the one we fixed, whatever it says itself.</summary>
    private PaymentVerdict WithoutTickets(PaymentAccount account)
    {
        var session = sessions.Find(account);
        if (session is null)
        {
            return desk.IsFree(account.Sender)
                ? new PaymentVerdict.Accepted(Ratio.Zero, Task.FromResult(true))
                : new PaymentVerdict.Refused(TicketWords.InsufficientBalance);
        }

        return IsEnough(session, Ratio.Zero)
            ? new PaymentVerdict.Accepted(session.Price, Task.FromResult(true))
            : new PaymentVerdict.Refused(TicketWords.InsufficientBalance);
    }

    /// <summary>Step 14 of protocol §4.2: one ticket's worth, whatever the segment will cost. What others are about to be credited does not count yet.</summary>
    private bool IsEnough(PaymentSession? session, Ratio credit) =>
        session is not null && (session.Price.IsZero || session.Balance + credit >= desk.ExpectedValue.Value);

    private PaymentRecord Record(PaymentAccount account, PaymentTickets tickets, ReceivedTickets received, PaymentSession? session) => new()
    {
        Id = Guid.CreateVersion7(time.GetUtcNow()),
        ReceivedAt = time.GetUtcNow(),
        SessionId = account.SessionId,
        Recipient = tickets.Tickets[0].Ticket.Recipient,
        Terms = tickets.Terms,
        RecipientRandHash = tickets.Tickets[0].Ticket.RecipientRandHash,
        ExpirationBlock = (long)tickets.Terms.ExpirationBlock,
        Nonces = received.Nonces,
        Credited = received.Credited,
        Credit = received.Credit,
        SessionPrice = session?.Price,
        Winners = received.Winners,
    };

    private static Task<bool> NothingToWrite(PaymentSession? session)
    {
        session?.End(Ratio.Zero);
        return Task.FromResult(true);
    }

    /// <summary>Whether the payment is in the journal. Only then is it credited; if it is not, its nonces are free again.</summary>
    private async Task<bool> WriteAsync(PaymentRecord record, PaymentSession? session)
    {
        var credit = Ratio.Zero;
        try
        {
            await settlement.SettleAsync(record);
            credit = record.Credit;
            return true;
        }
        catch (SettlementException failure)
        {
            nonces.GiveBack(record.RecipientRandHash, record.Nonces);
            Log(failure.Message);
            return false;
        }
        finally
        {
            session?.End(credit);
        }
    }

    private void Log(string fault)
    {
        if (_log.TryPass(out var withheld))
        {
            LogFault(fault, withheld);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A gateway was turned away for a fault of ours: {Fault} ({Withheld} like messages were not written)")]
    private partial void LogFault(string fault, long withheld);
}
