using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pool.Server.Node;
using Pool.Server.Settlement;
using Pool.Server.Tickets;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Tickets;

/// <summary>The room with a chain, a signer and a journal that are the test's; a gateway with 10 ETH on both sides is there.</summary>
internal sealed class TicketsUnderTest : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("pool-tickets-").FullName;
    private readonly TicketSecret _secret;

    public TicketsUnderTest(Action<TicketsOptions>? set = null)
    {
        Options = new TicketsOptions { PricePerUnit = "1200" };
        set?.Invoke(Options);
        var network = new TicketsNetwork(IsOnChain: true, "arbitrum-one-mainnet");
        Assert.Null(new TicketsOptionsValidator(network).Validate(null, Options).FailureMessage);
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        Directory.CreateDirectory(Path.Combine(_home, "server"));
        _secret = new TicketSecret(Microsoft.Extensions.Options.Options.Create(new NodeOptions { Home = _home }));
        _secret.Load();
        Sessions = new PaymentSessions(Time);
        Desk = new TicketDesk(Chain, new PriceBook(options), _secret, Pending, Sessions, options, network);
        Tickets = new ChainTickets(
            Chain, Signer, Desk, new TicketReceiver(_secret, Nonces), Nonces, Sessions, Settlement, Time, NullLogger<ChainTickets>.Instance);
        Chain.Fund(Gateway.Address, Wei.OneEth * 10, Wei.OneEth * 10);
    }

    public TicketsOptions Options { get; }

    public FakeChain Chain { get; } = new();

    public KeySigner Signer { get; } = new();

    public FakePending Pending { get; } = new();

    public Kit.ShiftedTime Time { get; } = new();

    public NonceBook Nonces { get; } = new();

    public PaymentSessions Sessions { get; }

    public TicketDesk Desk { get; }

    public KeptPayments Settlement { get; } = new();

    public PayingGateway Gateway { get; } = new();

    public ITickets Tickets { get; }

    public PaymentAccount Account(string session = "session") => new(Gateway.Address, session);

    /// <summary>An offer that must be there.</summary>
    public async Task<(TicketParams Ticket, PriceInfo Price)> OfferAsync(string session = "session")
    {
        var offered = Assert.IsType<TermsVerdict.Offered>(await Tickets.OfferAsync(Account(session), CancellationToken.None));
        return (offered.Ticket!, offered.Price!);
    }

    /// <summary>Takes a payment and waits until it is durable.</summary>
    public async Task<PaymentVerdict> TakeAsync(Payment payment, string session = "session")
    {
        var verdict = await Tickets.TakeAsync(Account(session), payment, CancellationToken.None);
        return verdict is PaymentVerdict.Accepted accepted && !await accepted.WhenDurable ? new PaymentVerdict.NotWritten() : verdict;
    }

    /// <summary>Takes a payment that must be refused; why.</summary>
    public async Task<string> RefusalAsync(Payment payment, string session = "session") =>
        Assert.IsType<PaymentVerdict.Refused>(await TakeAsync(payment, session)).Reason;

    public Ratio Balance(string session = "session") => Sessions.Find(Account(session))?.Balance ?? Ratio.Zero;

    public void Dispose() => Directory.Delete(_home, recursive: true);
}

/// <summary>Redemptions in flight, as the test says.</summary>
internal sealed class FakePending : IPendingRedemptions
{
    public Wei Amount { get; set; }

    public Wei Of(Address sender) => Amount;
}

/// <summary>A journal that keeps payments in memory, holds them up, or breaks.</summary>
internal sealed class KeptPayments : ISettlement
{
    private readonly ConcurrentQueue<PaymentRecord> _payments = new();

    public IReadOnlyList<PaymentRecord> Payments => [.. _payments];

    /// <summary>Whether the disk is full.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Payments are durable when this is.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public bool TakesNewSessions => true;

    public SettlementFigures Figures => new(0, 0, 0, 0, null);

    public Task<DateTimeOffset> SettleAsync(SettleRecord record) => throw new NotSupportedException("No segment is settled here.");

    public async Task SettleAsync(PaymentRecord record)
    {
        await Gate;
        if (IsBroken)
        {
            throw new SettlementException("full", new IOException("full"));
        }

        _payments.Enqueue(record);
    }

    public Task WhenBookedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
