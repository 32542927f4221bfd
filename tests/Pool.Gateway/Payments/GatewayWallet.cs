using System.Numerics;
using Google.Protobuf;
using Pool.Gateway.Cli;
using Pool.Gateway.Network;
using Pool.Gateway.Reports;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;
using Ticket = Pool.Shared.Livepeer.Tickets.Ticket;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.Gateway.Payments;

/// <summary>The gateway's account: signs, pays and keeps the balances as a stock gateway does (protocol §5.7, §5.8).</summary>
/// <param name="key">Key of the account.</param>
/// <param name="log">Receives every ticket, or null.</param>
/// <param name="clock">Knows the L1 block; without it parameters are taken to be good until they are refused.</param>
/// <param name="funds">Knows what the account has; without it nobody asks.</param>
public sealed class GatewayWallet(EthereumKey key, TicketLog? log, L1Clock? clock, OwnFunds? funds = null) : IDisposable
{
    /// <summary>Recipient rands whose nonces are counted; far more than are ever in use.</summary>
    private const int MaxRands = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<SessionKey, Ratio> _balances = [];
    private readonly Dictionary<SessionKey, Ratio> _firstPrices = [];
    private readonly Dictionary<Bytes32, uint> _nonces = [];
    private readonly SortedSet<string> _prices = new(StringComparer.Ordinal);
    private Ratio _sent;
    private long _tickets;

    /// <summary>Address of the account.</summary>
    public Address Address => key.Address;

    /// <summary>What was paid so far.</summary>
    public PaymentReport Report
    {
        get
        {
            lock (_lock)
            {
                return new PaymentReport(Address.ToString(), _tickets, _sent.ToString(), _sent.Floor().ToString(), [.. _prices]);
            }
        }
    }

    /// <summary>What a session has left, in wei.</summary>
    public Ratio BalanceOf(OrchestratorInfo terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        lock (_lock)
        {
            return _balances.GetValueOrDefault(SessionOf(terms));
        }
    }

    /// <summary>A signed request for terms (protocol §3.2).</summary>
    public OrchestratorRequest Request() => OrchestratorRequestSigning.Create(key);

    /// <summary>Signs a segment (protocol §4.3).</summary>
    public byte[] Sign(SegData segment, IEnumerable<string> profileNames)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return SegmentSigning.Sign(key, SegmentSigning.Flatten(segment.ManifestId.Span, segment.Seq, segment.Hash.Span, profileNames));
    }

    /// <summary>Whether the parameters of these terms are over, so that new ones must be asked for before a segment is sent.</summary>
    public async Task<bool> AreOverAsync(OrchestratorInfo terms, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return NetworkPayments.AreOver(terms.TicketParams, clock is null ? null : await clock.BlockAsync(cancellationToken));
    }

    /// <summary>Looks whether the account can pay at these terms (protocol §5.8).</summary>
    /// <exception cref="AttemptException">Not at these, or the node does not say.</exception>
    /// <exception cref="UserFaultException">It can pay nobody: the stream ends.</exception>
    public async Task RequireFundsAsync(OrchestratorInfo terms, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (funds is null || terms.TicketParams is not { } offered || NetworkPayments.ValueOf(offered).Sign <= 0)
        {
            return;
        }

        var now = await funds.NowAsync(cancellationToken);
        if (NetworkPayments.FundsFault(now, offered.ExpirationParams?.CreationRound ?? 0) is { } broke)
        {
            throw new UserFaultException($"{Address} cannot pay: {broke}.");
        }

        if (NetworkPayments.DepositFault(offered, now) is { } fault)
        {
            throw new AttemptException(fault);
        }
    }

    /// <summary>The payment of a segment: takes out what the session has left and adds the tickets that are missing.</summary>
    /// <exception cref="AttemptException">A stock gateway would not pay at these terms.</exception>
    public GatewayPayment Pay(OrchestratorInfo terms, IReadOnlyList<VideoProfile> profiles, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.TicketParams is not { } offered || !PixelPrice.TryFromWire(terms.PriceInfo, out var price))
        {
            throw new AttemptException("the orchestrator offers no tickets or no price");
        }

        var session = SessionOf(terms);
        lock (_lock)
        {
            if (NetworkPayments.PriceFault(First(session, price), price) is { } dear)
            {
                throw new AttemptException(dear);
            }

            var value = NetworkPayments.ValueOf(offered);
            var estimate = FeeEstimate.Fee(FeeEstimate.Pixels(profiles, duration.TotalSeconds), price);
            var existing = _balances.GetValueOrDefault(session);
            var needed = value.Sign <= 0 || price.Sign <= 0 ? BigInteger.Zero : TicketCount.Needed(existing, Ratio.Max(estimate, value), value);
            if (NetworkPayments.Fault(offered, needed) is { } fault)
            {
                throw new AttemptException(fault);
            }

            _balances.Remove(session);
            var payment = new GatewayPayment(this, session, Message(terms, offered, (int)needed, out var tickets), existing, value * needed, price);
            _prices.Add(price.ToString());
            (_tickets, _sent) = (_tickets + tickets.Count, _sent + (value * needed));
            log?.Sent(payment.Request, session.SessionId, offered, terms.PriceInfo, tickets);
            return payment;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        log?.Dispose();
        clock?.Dispose();
        funds?.Dispose();
        key.Dispose();
    }

    internal void End(GatewayPayment payment, Ratio change, string? error, long pixels)
    {
        lock (_lock)
        {
            _balances[payment.Session] = _balances.GetValueOrDefault(payment.Session) + change;
        }

        log?.Ended(payment.Request, payment.Session.SessionId, payment.Message.TicketSenderParams.Count, payment.IsAnswered, error, pixels);
    }

    private static SessionKey SessionOf(OrchestratorInfo terms) => new(Address.FromWire(terms.TicketParams.Recipient.Span), terms.AuthToken.SessionId);

    private Ratio First(SessionKey session, Ratio price) =>
        _firstPrices.TryGetValue(session, out var first) ? first : _firstPrices[session] = price;

    private Payment Message(OrchestratorInfo terms, TicketParams offered, int count, out IReadOnlyList<(Ticket Ticket, byte[] Signature)> tickets)
    {
        var message = new Payment { Sender = ByteString.CopyFrom(Address.ToBytes()), ExpectedPrice = terms.PriceInfo };
        tickets = [];
        if (count > 0)
        {
            message.TicketParams = offered;
            message.ExpirationParams = offered.ExpirationParams;
            tickets = [.. Enumerable.Range(0, count).Select(_ => Ticket(offered)).Select(ticket => (ticket, ticket.Sign(key)))];
            message.TicketSenderParams.Add(tickets.Select(signed =>
                new TicketSenderParams { SenderNonce = signed.Ticket.SenderNonce, Sig = ByteString.CopyFrom(signed.Signature) }));
        }

        return message;
    }

    private Ticket Ticket(TicketParams offered)
    {
        var randHash = Bytes32.FromWire(offered.RecipientRandHash.Span);
        return new Ticket
        {
            Recipient = Address.FromWire(offered.Recipient.Span),
            Sender = Address,
            FaceValue = new Wei(NetworkPayments.Number(offered.FaceValue)),
            WinProbability = new WinProbability(NetworkPayments.Number(offered.WinProb)),
            SenderNonce = NextNonce(randHash),
            RecipientRandHash = randHash,
            Created = CreationRound.FromWire(offered.ExpirationParams),
        };
    }

    /// <summary>The first ticket of a rand has nonce 1 (protocol §5.1).</summary>
    private uint NextNonce(Bytes32 randHash)
    {
        if (_nonces.Count > MaxRands)
        {
            _nonces.Clear();
        }

        return _nonces[randHash] = _nonces.GetValueOrDefault(randHash) + 1;
    }
}
