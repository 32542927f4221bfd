using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pool.Server.Ledger;
using Pool.Server.Tests.Kit;
using static Pool.Server.Tests.Ledger.LedgerUnderTest;

namespace Pool.Server.Tests.Ledger;

/// <summary>The check finds what the tables would have refused, when somebody came past them; it alarms and leaves everything as it is.</summary>
public sealed class CheckTests : IAsyncLifetime
{
    private LedgerUnderTest _ledger = null!;   // set before any test runs

    public async Task InitializeAsync()
    {
        _ledger = await LedgerUnderTest.StartAsync();
        await _ledger.PostAsync([Earn("earned", 100), .. Fund("fund", 50), Reserve("reserved", 20)]);
        await _ledger.PostAsync(new PostPending("posted", "reserved", PayOut));
    }

    public async Task DisposeAsync() => await _ledger.DisposeAsync();

    [Theory]
    [InlineData("UPDATE accounts SET posted_credits = posted_credits + 1 WHERE code LIKE 'worker:%'", "balanced", "claims", "sums")]
    [InlineData("UPDATE accounts SET posted_debits = posted_debits + 1, posted_credits = posted_credits + 1", "sums")]
    [InlineData("DELETE FROM transfers WHERE key = 'posted'", "sums")]
    [InlineData("UPDATE transfers SET amount = 10 WHERE key = 'earned'", "sums")]
    [InlineData("UPDATE transfers SET amount = 21 WHERE key = 'posted'", "pending", "sums")]
    [InlineData("UPDATE transfers SET debit_account = (SELECT id FROM accounts WHERE code LIKE 'payee:%') WHERE key = 'earned'", "below-zero", "sums", "transfers")]
    [InlineData("UPDATE transfers SET reason = 'settlement' WHERE key = 'earned'", "settlement")]
    [InlineData("UPDATE transfers SET pending_id = (SELECT id FROM transfers WHERE key = 'earned') WHERE key = 'posted'", "pending")]
    [InlineData("DROP INDEX transfers_ended_once; CREATE TEMP TABLE again AS SELECT * FROM transfers WHERE key = 'posted'; UPDATE again SET id = 99, key = 'again'; "
        + "INSERT INTO transfers OVERRIDING SYSTEM VALUE SELECT * FROM again", "pending", "sums")]
    [InlineData("ALTER TABLE transfers DROP CONSTRAINT transfers_once; UPDATE transfers SET key = 'fund/in' WHERE key = 'fund/out'", "repeated")]
    public async Task What_came_past_the_rules_is_found_and_left_as_it_is(string tampering, params string[] rules)
    {
        await _ledger.AssertRightAsync();
        await TamperAsync(tampering);
        var before = await FingerprintAsync();

        var report = await _ledger.Check().RunAsync(CancellationToken.None);

        Assert.Equal(rules, report.Findings.Select(finding => finding.Rule).Distinct().Order(StringComparer.Ordinal));
        Assert.False(report.IsRight);
        Assert.Equal(before, await FingerprintAsync());
    }

    [Fact]
    public async Task A_difference_from_the_chain_is_found_with_both_figures()
    {
        var wallet = Accounts.PoolWallet(Asset.Eth);
        var right = new Chain(_ => [new ChainFigure(wallet, 25, 5, "block 7")]);
        var wrong = new Chain(_ => [new ChainFigure(wallet, 31, 0, "block 7")]);

        Assert.Empty((await _ledger.Check(right).RunAsync(CancellationToken.None)).Findings);
        var report = await _ledger.Check(right, wrong).RunAsync(CancellationToken.None);

        var finding = Assert.Single(report.Findings);
        Assert.Equal((LedgerReport.ChainRule, wallet.ToString(), 2), (finding.Rule, finding.Subject, report.ChainFigures));
        Assert.Contains("the ledger has 30, the chain 31", finding.Text, StringComparison.Ordinal);
        Assert.Contains("-1", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_difference_that_goes_away_when_one_looks_again_is_none()
    {
        var chain = new Chain(look => [new ChainFigure(Accounts.PoolWallet(Asset.Eth), look < 3 ? 0 : 30, 0, "block 7")]);

        var report = await _ledger.Check(chain).RunAsync(CancellationToken.None);

        Assert.Equal((0, 3), (report.Findings.Count, chain.Looks));
    }

    [Fact]
    public async Task A_chain_that_cannot_be_asked_is_an_alarm_too()
    {
        var chain = new Chain(_ => throw new ChainUnreadableException("no answer"));

        var finding = Assert.Single((await _ledger.Check(chain).RunAsync(CancellationToken.None)).Findings);

        Assert.Contains("no answer", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_found_is_an_alarm_in_the_log_and_in_the_figures()
    {
        var log = new KeptLog<LedgerCheck>();
        var check = new LedgerCheck(_ledger.Source, [], _ledger.Metrics, TimeProvider.System, log);

        Assert.Equal(-1, Findings());
        await check.RunAsync(CancellationToken.None);
        Assert.Equal((0, LogLevel.Information), (Findings(), Assert.Single(log.Lines).Level));
        await TamperAsync("UPDATE transfers SET reason = 'settlement' WHERE key = 'earned'");
        await check.RunAsync(CancellationToken.None);

        Assert.Equal(1, Findings());
        Assert.All(log.Lines.Skip(1), line => Assert.Equal(LogLevel.Critical, line.Level));
        Assert.Contains(log.Lines, line => line.Text.Contains("settlement", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_checked_once_a_night_and_soon_after_a_start()
    {
        var (time, log) = (new ShiftedTime(), new KeptLog<LedgerCheck>());
        time.Forward(time.GetUtcNow().UtcDateTime.Date.AddDays(1).AddHours(2) - time.GetUtcNow().UtcDateTime);
        var check = new LedgerCheck(_ledger.Source, [], _ledger.Metrics, time, log);
        using var nightly = new NightlyCheck(check, Options.Create(new LedgerOptions { CheckHour = 3 }), time, new KeptLog<NightlyCheck>());

        var checks = new List<bool>();
        foreach (var wait in new[] { TimeSpan.Zero, TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(20), TimeSpan.FromHours(2) })
        {
            time.Forward(wait);
            checks.Add(await nightly.CheckIfDueAsync(CancellationToken.None));
        }

        Assert.Equal([true, false, true, false, false, true], checks);
        Assert.Equal(3, log.Lines.Count);
    }

    [Fact]
    public async Task The_servers_clock_brings_the_check_about()
    {
        var (time, log) = (new ShiftedTime(), new KeptLog<LedgerCheck>());
        var check = new LedgerCheck(_ledger.Source, [], _ledger.Metrics, time, log);
        using var nightly = new NightlyCheck(check, Options.Create(new LedgerOptions()), time, new KeptLog<NightlyCheck>());

        await nightly.StartAsync(CancellationToken.None);
        await Eventually.IsSoAsync("the ledger was checked", () =>
        {
            time.Forward(TimeSpan.FromHours(1));
            return Task.FromResult(log.Lines.Count > 0);
        });

        await nightly.StopAsync(CancellationToken.None);
    }

    private async Task TamperAsync(string sql)
    {
        await using var connection = await _ledger.Source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"SET session_replication_role = replica; {sql}; RESET session_replication_role", connection);
        await command.ExecuteNonQueryAsync();
    }

    private Task<long> FingerprintAsync() => _ledger.ScalarAsync(
        "SELECT hashtextextended((SELECT string_agg(t::text, ';' ORDER BY id) FROM transfers t) || (SELECT string_agg(a::text, ';' ORDER BY id) FROM accounts a), 0)");

    private int Findings()
    {
        var findings = int.MinValue;
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => Listen(instrument, self) };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => findings = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return findings;

        void Listen(Instrument instrument, MeterListener self)
        {
            if (instrument.Name == "pool.ledger.findings" && ReferenceEquals(instrument.Meter.Scope, _ledger.Meters))
            {
                self.EnableMeasurementEvents(instrument);
            }
        }
    }

    private sealed class Chain(Func<int, IReadOnlyList<ChainFigure>> read) : IChainFigures
    {
        public int Looks { get; private set; }

        public Task<IReadOnlyList<ChainFigure>> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(read(++Looks));
    }
}
