using Npgsql;
using NpgsqlTypes;

namespace Pool.Server.Ledger;

/// <summary>Enters the orders of one posting by one statement, because the tables lock all accounts of a statement in one order.</summary>
internal static class PostingWriter
{
    /// <summary>In the order of the keys, so that two that post the same ones do not wait for each other in a circle.</summary>
    private const string Insert = """
        INSERT INTO transfers (key, posting, kind, pending_id, asset, debit_account, credit_account, amount, reason, source_kind, source_id, epoch, terms_version, actor, at)
        SELECT o.key, $14, o.kind, p.id, coalesce(p.asset, o.asset), coalesce(p.debit_account, o.debit), coalesce(p.credit_account, o.credit), coalesce(p.amount, o.amount),
            o.reason, o.source_kind, o.source_id, o.epoch, o.terms_version, o.actor, $15
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::numeric[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::integer[], $13::text[])
            AS o (key, kind, pending_key, asset, debit, credit, amount, reason, source_kind, source_id, epoch, terms_version, actor)
        LEFT JOIN transfers p ON p.key = o.pending_key
        ORDER BY o.key COLLATE "C"
        ON CONFLICT (key) DO NOTHING
        """;

    private const string FindPending = "SELECT wanted FROM unnest($1::text[]) AS wanted WHERE NOT EXISTS (SELECT FROM transfers WHERE key = wanted) LIMIT 1";

    /// <param name="connection">In the posting's transaction.</param>
    /// <param name="orders">The orders.</param>
    /// <param name="accounts">Ids of their accounts.</param>
    /// <param name="now">When they are entered.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerRefusedException">They are not entered; the transaction must be rolled back.</exception>
    public static async Task<Posting> WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<LedgerOrder> orders, IReadOnlyDictionary<(string Code, Asset Asset), long> accounts,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        await CheckPendingAsync(connection, orders, cancellationToken);
        var posting = Guid.CreateVersion7(now);
        await using var command = new NpgsqlCommand(Insert, connection);
        AddOrders(command, [.. orders.Select(order => EnteredOrder.Of(order))], orders, accounts);
        command.Parameters.Add(new NpgsqlParameter { Value = posting, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter { Value = now, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        var entered = await command.ExecuteNonQueryAsync(cancellationToken);
        return entered == orders.Count
            ? new Posting(posting, entered, WasRepeated: false)
            : await Repetition.CheckAsync(connection, orders, cancellationToken);
    }

    private static async Task CheckPendingAsync(NpgsqlConnection connection, IReadOnlyList<LedgerOrder> orders, CancellationToken cancellationToken)
    {
        var wanted = orders.Select(EnteredOrder.PendingKeyOf).OfType<string>().ToArray();
        if (wanted.Length == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(FindPending, connection) { Parameters = { new() { Value = wanted } } };
        if (await command.ExecuteScalarAsync(cancellationToken) is string missing)
        {
            throw new LedgerRefusedException(LedgerRefusal.NoSuchPending, $"There is no pending transfer {missing}.");
        }
    }

    private static void AddOrders(
        NpgsqlCommand command, EnteredOrder[] rows, IReadOnlyList<LedgerOrder> orders, IReadOnlyDictionary<(string Code, Asset Asset), long> accounts)
    {
        command.AddArray(NpgsqlDbType.Text, rows.Select(row => row.Key).ToArray());
        command.AddArray(NpgsqlDbType.Text, rows.Select(row => row.Kind).ToArray());
        command.AddArray(NpgsqlDbType.Text, rows.Select(row => row.PendingKey).ToArray());
        command.AddArray(NpgsqlDbType.Text, rows.Select(row => row.Asset).ToArray());
        command.AddArray(NpgsqlDbType.Bigint, orders.Select(order => IdOf((order as Transfer)?.Debit)).ToArray());
        command.AddArray(NpgsqlDbType.Bigint, orders.Select(order => IdOf((order as Transfer)?.Credit)).ToArray());
        command.AddArray(NpgsqlDbType.Numeric, rows.Select(row => row.Amount).ToArray());
        command.AddArray(NpgsqlDbType.Text, rows.Select(row => row.Reason).ToArray());
        command.AddArray(NpgsqlDbType.Text, rows.Select(row => row.SourceKind).ToArray());
        command.AddArray(NpgsqlDbType.Text, rows.Select(row => row.SourceId).ToArray());
        command.AddArray(NpgsqlDbType.Bigint, rows.Select(row => row.Epoch).ToArray());
        command.AddArray(NpgsqlDbType.Integer, rows.Select(row => row.TermsVersion).ToArray());
        command.AddArray(NpgsqlDbType.Text, rows.Select(row => row.Actor).ToArray());

        long? IdOf(Account? account) => account is null ? null : accounts[(account.Code, account.Asset)];
    }
}
