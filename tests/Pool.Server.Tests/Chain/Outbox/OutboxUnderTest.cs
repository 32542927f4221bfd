using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pool.Server.Chain;
using Pool.Server.Chain.Outbox;
using Pool.Server.Chain.Rpc;
using Pool.Server.Data;
using Pool.Server.Signing;
using Pool.Server.Tests.Kit;
using Pool.Server.Tests.Ledger;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>The real outbox on a database of its own, over a chain in memory; passes are run one by one.</summary>
internal sealed class OutboxUnderTest : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly bool _isOwner;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private OutboxWriter? _writer;
    private OutboxPass? _pass;

    private OutboxUnderTest(TestDatabase database, bool isOwner, string name)
    {
        (_database, _isOwner) = (database, isOwner);
        Key = EthereumKey.FromBytes(Keccak256.Hash(Encoding.UTF8.GetBytes(name)));
        Source = NpgsqlDataSource.Create(database.Pooled);
        Metrics = new OutboxMetrics(_services.GetRequiredService<IMeterFactory>());
        Owner = new TestOwner();
        Signer = new TestSigner(Key);
        Outbox = new PostgresOutbox(Source, Sender, Metrics, Time);
        Desk = new OutboxDesk(Source);
    }

    public EthereumKey Key { get; }

    public FakeChain Chain { get; } = new();

    /// <summary>What the outbox takes for the node; the chain in memory unless it is told otherwise.</summary>
    public IEthereumRpc? Node { get; set; }

    public ShiftedTime Time { get; } = new();

    public KeptLog<OutboxLog> Log { get; } = new();

    public NpgsqlDataSource Source { get; }

    public TestDatabase Database => _database;

    public TestOwner Owner { get; }

    public TestSigner Signer { get; }

    public OutboxMetrics Metrics { get; }

    public PostgresOutbox Outbox { get; }

    public OutboxDesk Desk { get; }

    public ChainOptions ChainOptions { get; } = new() { Network = "test", Finality = "2", MaxGasPrice = "100000000000" };

    public OutboxOptions Options { get; } = new();

    public OutboxAccount Sender => new(31337, Key.Address);

    public static async Task<OutboxUnderTest> StartAsync()
    {
        var database = await TestDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.Connection);
        await new MigrationRunner(source, NullLogger<MigrationRunner>.Instance).RunAsync(CancellationToken.None);
        await source.ExecuteAsync("CREATE TABLE booked (key text PRIMARY KEY, state text NOT NULL, transaction text, observed text)");
        return new OutboxUnderTest(database, isOwner: true, "a key of a test");
    }

    /// <summary>Another account on another chain, in the same database.</summary>
    public OutboxUnderTest Beside(string name) => new(_database, isOwner: false, name);

    /// <summary>An order whose call data is its name.</summary>
    public static IntentOrder Order(string key) => new(key, TransactionPurpose.Reward, Address.FromWire([1, 2, 3]), Data(key));

    public static byte[] Data(string key) => Encoding.UTF8.GetBytes(key);

    public static string Hex(string key) => FakeChain.Hex(Data(key));

    public OutboxParts Parts() => new(
        Node ?? Chain, Signer, new OwnerBook([Owner]), FeePolicy.Of(ChainOptions, Options), FinalityRule.Parse(ChainOptions.Finality), Options, Metrics, Time, new OutboxLog(Log));

    public OutboxRunner Runner() => new(Source, Sender, Parts(), TimeSpan.FromMinutes(10));

    public Task PlaceAsync(params string[] keys) => PlaceAsync([.. keys.Select(Order)]);

    public async Task PlaceAsync(params IntentOrder[] orders)
    {
        foreach (var order in orders)
        {
            await Outbox.PlaceAsync(order, CancellationToken.None);
        }
    }

    /// <summary>One pass of the process that runs; it is started if none does.</summary>
    public async Task PassAsync()
    {
        if (_writer is null)
        {
            // The server end of a connection that was cut may be there a moment longer.
            await Eventually.IsSoAsync("the account is free", async () =>
                (_writer = await OutboxWriter.TryTakeAsync(Source, Sender, Time, CancellationToken.None)) is not null);
            _pass = new OutboxPass(Parts(), _writer!);
        }

        await _pass!.RunAsync(CancellationToken.None);
    }

    /// <summary>The process ends where it is; the next pass is one of a new process.</summary>
    public async Task EndProcessAsync()
    {
        if (_writer is { } writer)
        {
            (_writer, _pass) = (null, null);
            await writer.DisposeAsync();
        }
    }

    /// <summary>Mines, and lets everything come to its end.</summary>
    public async Task SettleAsync()
    {
        for (var i = 0; i < 6; i++)
        {
            await PassAsync();
            Chain.Mine();
        }

        await PassAsync();
    }

    public async Task<Intent> IntentAsync(string key) =>
        await Outbox.FindAsync(key, CancellationToken.None) ?? throw new InvalidOperationException($"There is no intent {key}.");

    /// <summary>Those that are not final yet, oldest first.</summary>
    public async Task<IReadOnlyList<Intent>> OpenAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        var open = await IntentReader.ReadAsync(
            connection, "WHERE chain_id = $1 AND account = $2 AND state IN ('planned', 'sent', 'mined') ORDER BY id",
            [(long)Sender.ChainId, Sender.Account.ToBytes()], CancellationToken.None);
        return [.. open.Select(intent => intent.ToIntent())];
    }

    public async Task<IntentState> StateAsync(string key) => (await IntentAsync(key)).State;

    public async Task<OutboxLine> LineAsync(string key)
    {
        var report = await Desk.ReadAsync(OutboxDesk.MaxLines, CancellationToken.None);
        return report.Open.Concat(report.Ended).Single(line => line.Key == key);
    }

    public async Task<string> HaltAsync() => (await Desk.ReadAsync(1, CancellationToken.None)).Accounts.Single().Halt;

    /// <summary>How often an order took effect on the chain.</summary>
    public int Effects(string key) => Chain.Mined.Count(one => FakeChain.Hex(one.Transaction.Data) == Hex(key));

    /// <summary>What the owner has booked of an order; null when nothing.</summary>
    public async Task<(string State, string Observed)?> BookedAsync(string key)
    {
        await using var command = Source.CreateCommand("SELECT state, coalesce(observed, '') FROM booked WHERE key = $1");
        command.Parameters.AddWithValue(key);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? (reader.GetString(0), reader.GetString(1)) : null;
    }

    public Task<long> ScalarAsync(string sql) => Source.ScalarAsync(sql);

    public async ValueTask DisposeAsync()
    {
        await EndProcessAsync();
        await Source.DisposeAsync();
        await _services.DisposeAsync();
        if (_isOwner)
        {
            await _database.DisposeAsync();
        }

        Key.Dispose();
    }
}

/// <summary>Books what it is told, once each by a unique key, and observes the block.</summary>
internal sealed class TestOwner : IIntentOwner
{
    public IReadOnlyCollection<TransactionPurpose> Purposes { get; } = Enum.GetValues<TransactionPurpose>();

    /// <summary>Called before anything.</summary>
    public Action<string> Passing { get; set; } = _ => { };

    public Func<Intent, TransactionReceipt, string?> Observe { get; set; } = (_, receipt) => receipt.BlockHash.ToString();

    public Task<string?> ObserveAsync(Intent intent, TransactionReceipt receipt, CancellationToken cancellationToken)
    {
        Passing("observe");
        return Task.FromResult(Observe(intent, receipt));
    }

    public async Task FinalAsync(NpgsqlTransaction transaction, Intent intent, TransactionReceipt? receipt, string? observed, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("INSERT INTO booked VALUES ($1, $2, $3, $4)", transaction.Connection, transaction);
        command.Parameters.AddWithValue(intent.Order.Key);
        command.Parameters.AddWithValue(intent.State.ToString());
        command.Parameters.AddWithValue((object?)receipt?.Transaction.ToString() ?? DBNull.Value);
        command.Parameters.AddWithValue((object?)observed ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(cancellationToken);
        Passing("final");
    }
}

/// <summary>Signs in this process; it can be away, and refuse.</summary>
internal sealed class TestSigner(EthereumKey key) : ISigner
{
    public Address Account => key.Address;

    public bool IsAway { get; set; }

    /// <summary>Call data it refuses.</summary>
    public HashSet<string> Refused { get; } = [];

    public Action<string> Passing { get; set; } = _ => { };

    public List<(TransactionPurpose Purpose, Transaction1559 Transaction)> Signed { get; } = [];

    public Task<byte[]> SignHashAsync(Bytes32 hash, CancellationToken cancellationToken) => Task.FromResult(key.Sign(hash.ToBytes()));

    public Task<SignedTransaction> SignAsync(TransactionPurpose purpose, Transaction1559 transaction, CancellationToken cancellationToken)
    {
        Passing("sign");
        if (IsAway)
        {
            throw new SignerException("nobody is there", isRefusal: false);
        }

        if (Refused.Contains(FakeChain.Hex(transaction.Data)))
        {
            throw new SignerException("PerDay:Reward: it would be number 7 today, the cap is 6 a day", isRefusal: true);
        }

        Signed.Add((purpose, transaction));
        var signed = transaction.Sign(key);
        Passing("signed");
        return Task.FromResult(signed);
    }
}
