using System.Collections.Concurrent;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Pool.Server.Data;
using Pool.Server.Ledger;
using Pool.Tests.Kit;
using static Pool.Server.Tests.Ledger.LedgerUnderTest;

namespace Pool.Server.Tests.Ledger;

/// <summary>Many post at once, and connections die: the sums are those of what was taken, nothing is half, and nobody waits in a circle.</summary>
public sealed class InterleavingTests : IAsyncLifetime
{
    private const int Posters = 6;
    private const int Scripts = 20;
    private const int StartingCash = 200;
    private const int SameOrders = 300;

    private LedgerUnderTest _ledger = null!;   // set before any test runs
    private int _run;

    public async Task InitializeAsync()
    {
        _ledger = await LedgerUnderTest.StartAsync();
        await _ledger.PostAsync([.. Enumerable.Range(0, Payees).SelectMany(payee => Fund($"fund/{payee}", StartingCash, payee))]);
    }

    public async Task DisposeAsync() => await _ledger.DisposeAsync();

    [Fact]
    public void Whatever_is_posted_at_once_the_sums_are_those_of_what_was_taken() =>
        Prop.ForAll(LedgerScript.Any, async script =>
        {
            var before = await ReadAsync();
            var taken = await PostAllAsync(script, $"run{++_run}");
            var expected = before.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
            var reserved = new Dictionary<string, Transfer>(StringComparer.Ordinal);
            foreach (var posting in taken)
            {
                LedgerScript.Apply(posting, reserved, expected);
            }

            Assert.Equal(Describe(expected), Describe(await ReadAsync()));
            Assert.Equal(0, _ledger.Retries);
            await _ledger.AssertRightAsync();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Scripts));

    [Fact]
    public Task Connections_that_die_leave_nothing_half_and_what_was_answered_is_there() => FuzzRun.TimesAsync(3, async random =>
    {
        var name = $"cut{random.Next()}";
        var answered = new ConcurrentBag<string>();
        using var stop = new CancellationTokenSource();
        var posters = Enumerable.Range(0, Posters).Select(poster => PostUntilAsync(name, poster, answered, stop.Token)).ToList();
        foreach (var least in new[] { 20, 60, 100 })
        {
            await Kit.Eventually.IsSoAsync("some were answered", () => Task.FromResult(answered.Count >= least));
            await _ledger.Database.CutAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(posters);
        _ledger.Source.Clear();

        var there = await KeysAsync(name);
        Assert.All(there, pair => Assert.Equal(3, pair.Value));
        Assert.Empty(answered.Except(there.Keys, StringComparer.Ordinal));
        foreach (var key in answered)
        {
            Assert.True((await _ledger.PostAsync(Three(key))).WasRepeated);
        }

        await _ledger.AssertRightAsync();
    });

    [Fact]
    public async Task A_connection_that_is_killed_between_posting_and_commit_leaves_nothing()
    {
        await using (var connection = await _ledger.Source.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await _ledger.Ledger.PostAsync(transaction, Three("killed"), CancellationToken.None);
            await _ledger.Database.CutAsync();
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => transaction.CommitAsync());
        }

        _ledger.Source.Clear();
        Assert.Empty(await KeysAsync("killed"));
        Assert.False((await _ledger.PostAsync(Three("killed"))).WasRepeated);
        await _ledger.AssertRightAsync();
    }

    [Fact]
    public async Task Who_posts_the_same_orders_at_once_enters_them_once()
    {
        // The accounts are there before, or who opens them would hold up all others at the door.
        await _ledger.PostAsync(Three("before"));
        using var start = new Barrier(Posters);
        var postings = await Task.WhenAll(Enumerable.Range(0, Posters).Select(number => Task.Run(() =>
        {
            LedgerOrder[] orders = [.. Enumerable.Range(0, SameOrders).SelectMany(part => Three($"same/{part}"))];
            Array.Sort(orders, (left, right) => (number % 2 == 0 ? 1 : -1) * string.CompareOrdinal(left.Key, right.Key));
            start.SignalAndWait();
            return _ledger.New().PostAsync(orders, CancellationToken.None);
        })));

        Assert.Single(postings, posting => !posting.WasRepeated);
        Assert.Single(postings.Select(posting => posting.Id).Distinct());
        Assert.Equal((0, 3 * SameOrders), (_ledger.Retries, await _ledger.ScalarAsync("SELECT count(*) FROM transfers WHERE key LIKE 'same/%'")));
        await _ledger.AssertRightAsync();
    }

    private static LedgerOrder[] Three(string key) => [Earn($"{key}/a", 5), Earn($"{key}/b", 7, worker: 1), Mature($"{key}/c", 3)];

    private async Task PostUntilAsync(string name, int poster, ConcurrentBag<string> answered, CancellationToken stop)
    {
        var ledger = _ledger.New();
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var key = $"{name}/{poster}/{number}";
            try
            {
                await ledger.PostAsync(Three(key), CancellationToken.None);
                answered.Add(key);
            }
            catch (Exception failure) when (DatabaseRetry.IsAway(failure))
            {
                // It may be there or not; nobody was told that it is.
            }
        }
    }

    /// <summary>Every step by one of several posters at once; gives the postings that were taken.</summary>
    private async Task<IReadOnlyList<LedgerOrder[]>> PostAllAsync(Step[] script, string run)
    {
        var taken = new ConcurrentQueue<LedgerOrder[]>();
        using var start = new Barrier(Posters);
        await Task.WhenAll(Enumerable.Range(0, Posters).Select(poster => Task.Run(async () =>
        {
            var ledger = _ledger.New();
            start.SignalAndWait();
            for (var step = poster; step < script.Length; step += Posters)
            {
                await PostAsync(ledger, LedgerScript.Postings(script[step], $"{run}/{step}"), taken);
            }
        })));
        return [.. taken];
    }

    private static async Task PostAsync(PostgresLedger ledger, IReadOnlyList<LedgerOrder[]> postings, ConcurrentQueue<LedgerOrder[]> taken)
    {
        try
        {
            foreach (var posting in postings)
            {
                await ledger.PostAsync(posting, CancellationToken.None);
                taken.Enqueue(posting);
            }
        }
        catch (LedgerRefusedException refused)
        {
            Assert.Equal(LedgerRefusal.NotEnough, refused.Refusal);
        }
    }

    private async Task<Dictionary<Account, BigInteger[]>> ReadAsync()
    {
        var sums = new Dictionary<Account, BigInteger[]>();
        Account[] accounts =
        [
            Accounts.ClaimsIssued, Accounts.PoolWallet(Asset.Eth),
            .. Enumerable.Range(0, Payees).SelectMany(number => new[] { Provisional(number), Matured(number), Payable(number) }),
        ];
        foreach (var account in accounts)
        {
            var balance = await _ledger.BalanceAsync(account);
            sums.Add(account, [balance.PostedDebits, balance.PostedCredits, balance.PendingDebits, balance.PendingCredits]);
        }

        return sums;
    }

    private static IEnumerable<string> Describe(Dictionary<Account, BigInteger[]> sums) =>
        sums.Select(pair => $"{pair.Key}: {string.Join(" / ", pair.Value)}").Order(StringComparer.Ordinal);

    /// <summary>How many transfers of each key there are that were entered together.</summary>
    private async Task<Dictionary<string, int>> KeysAsync(string name)
    {
        await using var command = _ledger.Source.CreateCommand($"SELECT left(key, -2), (count(*) / count(DISTINCT posting))::integer FROM transfers WHERE key LIKE '{name}%' GROUP BY 1");
        await using var rows = await command.ExecuteReaderAsync();
        var keys = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await rows.ReadAsync())
        {
            keys.Add(rows.GetString(0), rows.GetInt32(1));
        }

        return keys;
    }
}
