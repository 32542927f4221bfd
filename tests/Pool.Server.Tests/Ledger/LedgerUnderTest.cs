using System.Diagnostics.Metrics;
using System.Numerics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pool.Server.Data;
using Pool.Server.Ledger;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Shared.Money;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Ledger;

/// <summary>The real ledger on a database of its own, with payees and workers that are known.</summary>
internal sealed class LedgerUnderTest : IAsyncDisposable
{
    /// <summary>Payees, and workers of each that are known.</summary>
    public const int Payees = 4;

    private readonly TestDatabase _database;
    private readonly KeptLog<DatabaseRetry> _retries = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private LedgerUnderTest(TestDatabase database)
    {
        _database = database;
        Source = NpgsqlDataSource.Create(database.Pooled);
        Meters = _services.GetRequiredService<IMeterFactory>();
        Metrics = new LedgerMetrics(Meters);
        Ledger = New();
    }

    public NpgsqlDataSource Source { get; }

    public TestDatabase Database => _database;

    /// <summary>What the figures of this ledger alone are made by.</summary>
    public IMeterFactory Meters { get; }

    public LedgerMetrics Metrics { get; }

    public PostgresLedger Ledger { get; }

    /// <summary>How often the database was asked again: a circle of waiting postings would be one of the reasons.</summary>
    public int Retries => _retries.Lines.Count;

    public static Grounds Work { get; } = new(Reason.ClaimIssued, new TransferSource(SourceKind.Epoch, "20590"), 20_590, 1, "test");

    public static Grounds PayOut { get; } = Work with { Reason = Reason.Payout, Source = new TransferSource(SourceKind.RunLine, "run-1/7") };

    public static async Task<LedgerUnderTest> StartAsync()
    {
        var database = await TestDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.Connection);
        await new MigrationRunner(source, NullLogger<MigrationRunner>.Instance).RunAsync(CancellationToken.None);
        var ledger = new LedgerUnderTest(database);
        foreach (var number in Enumerable.Range(0, Payees))
        {
            var address = $"decode('{Convert.ToHexStringLower(Payee(number).ToBytes())}', 'hex')";
            await ledger.ExecuteAsync($"INSERT INTO payees VALUES ({address}, now())");
            await ledger.ExecuteAsync($"INSERT INTO workers VALUES ('{Worker(number)}', {address}, {address}, 'cpu', 'test', now(), now())");
        }

        return ledger;
    }

    public static Address Payee(int number) => Address.FromWire([.. Enumerable.Repeat((byte)(0x11 * (number + 1)), Address.Bytes)]);

    public static WorkerId Worker(int number) => new(new Guid(number + 1, 0, 0, new byte[8]));

    public static Account Provisional(int number = 0) => Accounts.Provisional(Worker(number), Payee(number), Asset.EthClaim);

    public static Account Matured(int number = 0) => Accounts.Matured(Worker(number), Payee(number), Asset.EthClaim);

    public static Account Payable(int number = 0) => Accounts.Payable(Payee(number), Asset.Eth);

    /// <summary>Work of a worker earns so much.</summary>
    public static Transfer Earn(string key, BigInteger amount, int worker = 0) =>
        new(key, Accounts.ClaimsIssued, Provisional(worker), LedgerAmount.Claim(new Wei(amount)), Work);

    /// <summary>What a worker has earned matures.</summary>
    public static Transfer Mature(string key, BigInteger amount, int worker = 0) =>
        new(key, Provisional(worker), Matured(worker), LedgerAmount.Claim(new Wei(amount)), Work with { Reason = Reason.Matured });

    /// <summary>Cash of the operator that is at once payable to a payee.</summary>
    public static Transfer[] Fund(string key, BigInteger amount, int payee = 0) =>
    [
        new($"{key}/in", Accounts.PoolWallet(Asset.Eth), Accounts.OperatorEquity(Asset.Eth), LedgerAmount.Eth(new Wei(amount)), Work with { Reason = Reason.Capital }),
        new($"{key}/out", Accounts.OperatorEquity(Asset.Eth), Payable(payee), LedgerAmount.Eth(new Wei(amount)), Work with { Reason = Reason.Correction }),
    ];

    /// <summary>A payout, reserved.</summary>
    public static Transfer Reserve(string key, BigInteger amount, int payee = 0) =>
        new(key, Payable(payee), Accounts.PoolWallet(Asset.Eth), LedgerAmount.Eth(new Wei(amount)), PayOut) { IsPending = true };

    /// <summary>A ledger as another process has it: it knows no account yet.</summary>
    public PostgresLedger New() =>
        new(Source, new DatabaseRetry(Source, TimeProvider.System, _retries), Metrics, TimeProvider.System);

    public LedgerCheck Check(params IChainFigures[] chain) => new(Source, chain, Metrics, TimeProvider.System, NullLogger<LedgerCheck>.Instance);

    public Task<Posting> PostAsync(params LedgerOrder[] orders) => Ledger.PostAsync(orders, CancellationToken.None);

    /// <summary>Why the ledger refuses these; nothing of it may be there afterwards.</summary>
    public async Task<LedgerRefusedException> RefusedAsync(params LedgerOrder[] orders)
    {
        var before = await CountAsync();
        var refused = await Assert.ThrowsAsync<LedgerRefusedException>(() => PostAsync(orders));
        Assert.Equal(before, await CountAsync());
        return refused;
    }

    public Task<AccountBalance> BalanceAsync(Account account) => Ledger.BalanceAsync(account, CancellationToken.None);

    public async Task<BigInteger> PostedAsync(Account account) => (await BalanceAsync(account)).Posted;

    public Task<long> CountAsync() => ScalarAsync("SELECT count(*) FROM transfers");

    /// <summary>The check finds nothing.</summary>
    public async Task AssertRightAsync() => Assert.Empty((await Check().RunAsync(CancellationToken.None)).Findings);

    public Task<long> ScalarAsync(string sql) => Source.ScalarAsync(sql);

    public Task ExecuteAsync(string sql) => Source.ExecuteAsync(sql);

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }
}
