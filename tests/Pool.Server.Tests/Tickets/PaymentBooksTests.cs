using System.Collections.Concurrent;
using System.Numerics;
using Npgsql;
using Pool.Server.Settlement;
using Pool.Server.Tests.Kit;
using Pool.Server.Tests.Settlement;
using Pool.Server.Tickets;
using Pool.Shared.Ids;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Tickets;

/// <summary>Payments over restarts, with a real journal and a real Postgres: exact balances, no nonce twice, no accepted ticket lost.</summary>
public sealed class PaymentBooksTests
{
    private const int Seed = 20260917;
    private const int Lives = 4;
    private const int PaymentsOfALife = 24;
    private const int NoncesOfAllLives = 120;
    private const int Parameters = 3;

    [Fact]
    public async Task Balances_are_the_exact_sums_and_no_nonce_is_credited_twice_whenever_the_server_restarts()
    {
        await using var server = await PaidServer.StartAsync(withWorker: false);
        var random = new Random(Seed);
        var offers = new List<TicketParams>();
        PriceInfo? price = null;
        for (var index = 0; index < Parameters; index++)
        {
            var offered = (TermsVerdict.Offered)await server.Tickets.OfferAsync(Account(server, 0), CancellationToken.None);
            (price, var ticket) = (offered.Price!, offered.Ticket!);
            offers.Add(ticket);
        }

        var charged = new ConcurrentDictionary<PaymentAccount, Ratio>();
        for (var life = 0; life < Lives; life++)
        {
            var payments = Enumerable.Range(0, PaymentsOfALife).Select(_ =>
            {
                var nonces = Enumerable.Range(0, random.Next(1, 9)).Select(_ => (uint)random.Next(1, NoncesOfAllLives)).ToArray();
                return (Account: Account(server, random.Next(2)), Payment: server.Gateway.Pay(offers[random.Next(Parameters)], price!, nonces), Pixels: (long)random.Next(1, 100_000));
            }).ToList();
            await Task.WhenAll(payments.Select(each => Task.Run(() => PayAndChargeAsync(server, each.Account, each.Payment, each.Pixels, charged))));
            Assert.Equal(await BalancesOfBooksAsync(server, charged.Keys), BalancesInMemory(server, charged.Keys));
            await server.Server.RestartAsync();
            Assert.Equal(await BalancesOfBooksAsync(server, charged.Keys), BalancesInMemory(server, charged.Keys));
        }

        var value = PayingGateway.ValueOf(offers[0]);
        var credited = await server.Server.ScalarAsync("SELECT sum(credited) FROM payments");
        Assert.Equal(
            (value * credited) - charged.Values.Aggregate(Ratio.Zero, (sum, fee) => sum + fee),
            BalancesInMemory(server, charged.Keys).Aggregate(Ratio.Zero, (sum, balance) => sum + balance));
        Assert.Equal(0, await server.Server.ScalarAsync(
            "SELECT count(*) FROM (SELECT recipient_rand_hash, nonce FROM payments, jsonb_array_elements(nonces) nonce GROUP BY 1, 2 HAVING count(*) > 1) twice"));
        Assert.True(credited <= await server.Server.ScalarAsync("SELECT sum(jsonb_array_length(nonces)) FROM payments"));
    }

    [Fact]
    public async Task A_payment_that_waited_in_the_journal_while_Postgres_was_away_is_there_after_the_restart()
    {
        await using var server = await PaidServer.StartAsync(withWorker: false);
        var account = Account(server, 0);
        var offered = (TermsVerdict.Offered)await server.Tickets.OfferAsync(account, CancellationToken.None);
        await server.Server.Database.CloseAsync();
        var payment = server.Gateway.Pay(offered.Ticket!, offered.Price!, 1, 2);
        Assert.True(await Assert.IsType<PaymentVerdict.Accepted>(await server.Tickets.TakeAsync(account, payment, CancellationToken.None)).WhenDurable);

        await server.Server.StopAsync();
        await server.Server.Database.OpenAsync();
        await server.Server.RestartAsync();

        Assert.Equal(PayingGateway.ValueOf(offered.Ticket!) * 2, server.Sessions.Find(account)!.Balance);
        Assert.Equal(new Ratio(1200, 1), server.Sessions.PriceOf(account));
        var again = Assert.IsType<PaymentVerdict.Refused>(await server.Tickets.TakeAsync(account, payment, CancellationToken.None));
        Assert.Contains("already seen", again.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_winner_comes_into_the_books_whole_and_once()
    {
        await using var server = await PaidServer.StartAsync(
            withWorker: false, ("Tickets:TicketEv", "10000000000000000"), ("Tickets:MaxFaceValue", "10000000000000000"));
        var account = Account(server, 0);
        var offered = (TermsVerdict.Offered)await server.Tickets.OfferAsync(account, CancellationToken.None);
        var payment = server.Gateway.Pay(offered.Ticket!, offered.Price!, 1, 2, 3);
        await server.Tickets.TakeAsync(account, payment, CancellationToken.None);
        await server.Tickets.TakeAsync(account, payment, CancellationToken.None);

        Assert.Equal(3, await server.Server.ScalarAsync("SELECT count(*) FROM winning_tickets WHERE state = 'won' AND face_value = 10000000000000000 AND params_expiration_block = 1040"));
        Assert.Equal(6, await server.Server.ScalarAsync("SELECT sum(sender_nonce) FROM winning_tickets"));
    }

    [Fact]
    public async Task A_record_that_comes_again_is_booked_once_and_old_payments_go_when_their_parameters_are_over()
    {
        await using var books = await BooksUnderTest.StartAsync();
        var record = Record(expirationBlock: 1040);
        var entry = new PaymentEntry(BooksUnderTest.Noon, BooksUnderTest.Epoch, record);
        var charged = BooksUnderTest.Entry() with { };
        charged = charged with { Record = charged.Record with { Gateway = record.Terms.Sender, SessionId = record.SessionId, Debit = new SettledDebit(1000, new Ratio(1, 3)) } };

        for (var time = 0; time < 2; time++)
        {
            await books.Journal.AppendAsync(entry.ToBytes(), Server.Settlement.Journaling.JournalFormat.PaymentVersion);
            await books.Journal.AppendAsync(charged.ToBytes(), Server.Settlement.Journaling.JournalFormat.ChargedSegmentVersion);
            await books.BookAsync();
        }

        // 5/7 - 1000/3
        Assert.Equal(1, await books.ScalarAsync("SELECT count(*) FROM payment_sessions WHERE (balance_numerator, balance_denominator) = (-6985, 21) AND price_numerator = 1212"));
        await Assert.ThrowsAsync<PostgresException>(() => books.ExecuteAsync("UPDATE payments SET credited = 9"));

        await books.Journal.AppendAsync(
            new PaymentEntry(BooksUnderTest.Noon, BooksUnderTest.Epoch, Record(expirationBlock: 1079)).ToBytes(), Server.Settlement.Journaling.JournalFormat.PaymentVersion);
        await books.BookAsync();
        var tables = new Server.Settlement.Partitions.PartitionTables(books.Source);
        var later = DateOnly.FromDateTime(BooksUnderTest.Noon.UtcDateTime).AddDays(1);
        await tables.DropPaymentsAsync(later, CancellationToken.None);
        Assert.Equal(2, await books.ScalarAsync("SELECT count(*) FROM payments"));

        await books.Journal.AppendAsync(
            new PaymentEntry(BooksUnderTest.Noon, BooksUnderTest.Epoch, Record(expirationBlock: 1080)).ToBytes(), Server.Settlement.Journaling.JournalFormat.PaymentVersion);
        await books.BookAsync();
        await tables.DropPaymentsAsync(later, CancellationToken.None);
        Assert.Equal(2, await books.ScalarAsync("SELECT count(*) FROM payments WHERE expiration_block > 1040"));
    }

    [Fact]
    public void A_payment_is_read_back_from_the_journal_as_it_was_written()
    {
        var entry = new PaymentEntry(BooksUnderTest.Noon, 7, Record(1040) with { Winners = [new PaymentWinner(3, new byte[65], BigInteger.Pow(2, 255))] });

        var back = PaymentEntry.FromBytes(entry.ToBytes());

        Assert.Equal(entry.ToBytes(), back.ToBytes());
        Assert.Equal((entry.Record.Terms, entry.Record.Credit, entry.Record.SessionPrice), (back.Record.Terms, back.Record.Credit, back.Record.SessionPrice));
        Assert.Equal(entry.Record.Winners[0].Rand, back.Record.Winners[0].Rand);
    }

    private static PaymentAccount Account(PaidServer server, int session) => new(server.Gateway.Address, $"session-{session}");

    private static async Task PayAndChargeAsync(
        PaidServer server, PaymentAccount account, Payment payment, long pixels, ConcurrentDictionary<PaymentAccount, Ratio> charged)
    {
        charged.TryAdd(account, Ratio.Zero);
        if (await server.Tickets.TakeAsync(account, payment, CancellationToken.None) is not PaymentVerdict.Accepted { Price: { } price } accepted || !await accepted.WhenDurable)
        {
            return;
        }

        var debit = new SettledDebit(pixels, price);
        await server.Server.Settlement.SettleAsync(new SettleRecord(
            SegmentId.New(TimeProvider.System), TimeProvider.System.GetUtcNow(), account.SessionId, account.Sender, new byte[] { 1 }, 1, 2000, 1, new byte[32],
            SegmentOutcome.BadInput, "", [])
        { Debit = debit });
        charged.AddOrUpdate(account, debit.Fee, (_, before) => before + debit.Fee);
    }

    private static List<Ratio> BalancesInMemory(PaidServer server, IEnumerable<PaymentAccount> accounts) =>
        [.. accounts.OrderBy(account => account.SessionId, StringComparer.Ordinal).Select(account => server.Sessions.Find(account)?.Balance ?? Ratio.Zero)];

    private static async Task<List<Ratio>> BalancesOfBooksAsync(PaidServer server, IEnumerable<PaymentAccount> accounts)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        await server.Server.Settlement.WhenBookedAsync(patience.Token);
        await using var source = NpgsqlDataSource.Create(server.Server.Database.Connection);
        var balances = new List<Ratio>();
        foreach (var account in accounts.OrderBy(account => account.SessionId, StringComparer.Ordinal))
        {
            await using var command = source.CreateCommand("SELECT balance_numerator, balance_denominator FROM payment_sessions WHERE session_id = $1");
            command.Parameters.Add(new NpgsqlParameter { Value = account.SessionId });
            await using var reader = await command.ExecuteReaderAsync();
            balances.Add(await reader.ReadAsync() ? new Ratio(reader.GetFieldValue<BigInteger>(0), reader.GetFieldValue<BigInteger>(1)) : Ratio.Zero);
        }

        return balances;
    }

    private static PaymentRecord Record(long expirationBlock) => new()
    {
        Id = Guid.CreateVersion7(),
        ReceivedAt = BooksUnderTest.Noon,
        SessionId = "session",
        Recipient = FakeChain.Orchestrator,
        Terms = new Shared.Livepeer.Tickets.RecipientRandTerms
        {
            Seed = 12,
            Sender = FakeChain.Orchestrator,
            FaceValue = Wei.OneEth,
            WinProbability = Shared.Livepeer.Tickets.WinProbability.Highest,
            ExpirationBlock = expirationBlock,
            PricePerPixel = new Ratio(1212, 5),
            Created = new Shared.Livepeer.Tickets.CreationRound(17, Shared.Ethereum.Bytes32.Keccak([17])),
        },
        RecipientRandHash = Shared.Ethereum.Bytes32.Keccak([1]),
        ExpirationBlock = expirationBlock,
        Nonces = [1, 2],
        Credited = 2,
        Credit = new Ratio(5, 7),
        SessionPrice = new Ratio(1212, 5),
        Winners = [],
    };
}
