using System.Collections.Concurrent;
using System.Numerics;
using Npgsql;
using NpgsqlTypes;

namespace Pool.Server.Ledger;

/// <summary>Opens accounts and finds them.</summary>
internal static class AccountBook
{
    /// <summary>Names that are remembered; beyond, they are looked up each time.</summary>
    private const int MaxKnown = 200_000;

    private const string Find = """
        SELECT a.id, a.code, a.asset, a.normal_side, a.may_be_negative
        FROM unnest($1::text[], $2::text[]) AS wanted (code, asset) JOIN accounts a ON a.code = wanted.code AND a.asset = wanted.asset
        """;

    /// <summary>In the order of their names, so that two that open the same ones do not wait for each other in a circle.</summary>
    private const string Open = """
        INSERT INTO accounts (code, asset, normal_side, may_be_negative, payee, worker, sender, opened_at)
        SELECT code, asset, normal_side, may_be_negative, payee, worker, sender, $8
        FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::bytea[], $6::uuid[], $7::bytea[])
            AS wanted (code, asset, normal_side, may_be_negative, payee, worker, sender)
        ORDER BY code COLLATE "C", asset COLLATE "C"
        ON CONFLICT (code, asset) DO NOTHING
        """;

    private const string Balance = "SELECT posted_debits, posted_credits, pending_debits, pending_credits FROM accounts WHERE code = $1 AND asset = $2";

    private sealed record Row(long Id, string Code, string Asset, string NormalSide, bool MayBeNegative);

    /// <summary>The ids of all accounts that the orders name; those that are not there are opened.</summary>
    /// <param name="connection">In the posting's transaction.</param>
    /// <param name="known">Accounts that are committed.</param>
    /// <param name="isAlone">The transaction has done nothing else: what is found in it is committed, and may be added to the known ones.</param>
    /// <param name="orders">The orders.</param>
    /// <param name="now">When an account is opened.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<IReadOnlyDictionary<(string Code, Asset Asset), long>> OpenAsync(
        NpgsqlConnection connection, ConcurrentDictionary<(string Code, Asset Asset), long> known, bool isAlone,
        IReadOnlyList<LedgerOrder> orders, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var wanted = orders.OfType<Transfer>().SelectMany(transfer => new[] { transfer.Debit, transfer.Credit }).DistinctBy(Name).ToList();
        var ids = new Dictionary<(string, Asset), long>();
        foreach (var account in wanted)
        {
            if (known.TryGetValue(Name(account), out var id))
            {
                ids[Name(account)] = id;
            }
        }

        var found = await FindAsync(connection, Without(wanted, ids), cancellationToken);
        foreach (var (name, id) in found)
        {
            ids[name] = id;
            if (isAlone && known.Count < MaxKnown)
            {
                known.TryAdd(name, id);
            }
        }

        var missing = Without(wanted, ids);
        if (missing.Count > 0)
        {
            await OpenAsync(connection, missing, now, cancellationToken);
            foreach (var (name, id) in await FindAsync(connection, missing, cancellationToken))
            {
                ids[name] = id;
            }
        }

        return ids;
    }

    /// <summary>What is in an account.</summary>
    public static async Task<AccountBalance> ReadAsync(NpgsqlConnection connection, Account account, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Balance, connection) { Parameters = { new() { Value = account.Code }, new() { Value = account.Asset.Code() } } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new AccountBalance(account, row.GetFieldValue<BigInteger>(0), row.GetFieldValue<BigInteger>(1), row.GetFieldValue<BigInteger>(2), row.GetFieldValue<BigInteger>(3))
            : new AccountBalance(account, 0, 0, 0, 0);
    }

    private static (string Code, Asset Asset) Name(Account account) => (account.Code, account.Asset);

    private static List<Account> Without(List<Account> accounts, Dictionary<(string, Asset), long> ids) =>
        ids.Count == 0 ? accounts : [.. accounts.Where(account => !ids.ContainsKey(Name(account)))];

    private static async Task<List<((string Code, Asset Asset) Name, long Id)>> FindAsync(
        NpgsqlConnection connection, List<Account> accounts, CancellationToken cancellationToken)
    {
        if (accounts.Count == 0)
        {
            return [];
        }

        var byName = accounts.ToDictionary(account => (account.Code, account.Asset.Code()));
        await using var command = new NpgsqlCommand(Find, connection);
        AddNames(command, accounts);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<((string, Asset), long)>(accounts.Count);
        while (await rows.ReadAsync(cancellationToken))
        {
            var row = new Row(rows.GetInt64(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetBoolean(4));
            var account = byName[(row.Code, row.Asset)];
            if (row.NormalSide != account.NormalSide.Code() || row.MayBeNegative != account.MayBeNegative)
            {
                throw new LedgerInvariantException($"Account {account} was opened as another kind of account: {row.NormalSide}, may be negative: {row.MayBeNegative}.");
            }

            found.Add((Name(account), row.Id));
        }

        return found;
    }

    private static async Task OpenAsync(NpgsqlConnection connection, List<Account> accounts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Open, connection);
        AddNames(command, accounts);
        command.AddArray(NpgsqlDbType.Text, accounts.Select(account => account.NormalSide.Code()).ToArray());
        command.AddArray(NpgsqlDbType.Boolean, accounts.Select(account => account.MayBeNegative).ToArray());
        command.AddArray(NpgsqlDbType.Bytea, accounts.Select(account => account.Payee?.ToBytes()).ToArray());
        command.AddArray(NpgsqlDbType.Uuid, accounts.Select(account => account.Worker?.Value).ToArray());
        command.AddArray(NpgsqlDbType.Bytea, accounts.Select(account => account.Sender?.ToBytes()).ToArray());
        command.Parameters.Add(new NpgsqlParameter { Value = now, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddNames(NpgsqlCommand command, List<Account> accounts)
    {
        command.AddArray(NpgsqlDbType.Text, accounts.Select(account => account.Code).ToArray());
        command.AddArray(NpgsqlDbType.Text, accounts.Select(account => account.Asset.Code()).ToArray());
    }
}
