using System.Numerics;
using Npgsql;

namespace Pool.Server.Ledger;

/// <summary>An order as it is in the table, for writing it and for telling whether it is there already.</summary>
internal sealed record EnteredOrder(
    string Key, string Kind, string? PendingKey, string? Asset, string? Debit, string? Credit, BigInteger? Amount,
    string Reason, string SourceKind, string SourceId, long Epoch, int TermsVersion, string Actor)
{
    public const string Immediate = "immediate";
    public const string Pending = "pending";
    public const string Post = "post";
    public const string Void = "void";

    /// <summary>Of what ends a pending transfer, accounts and amount are that one's and left out.</summary>
    public static EnteredOrder Of(LedgerOrder order)
    {
        var (reason, source, epoch, terms, actor) = order.Grounds;
        var (kind, transfer) = order switch
        {
            Transfer { IsPending: true } reserved => (Pending, reserved),
            Transfer moved => (Immediate, moved),
            PostPending => (Post, (Transfer?)null),
            VoidPending => (Void, null),
            _ => throw new ArgumentOutOfRangeException(nameof(order)),
        };
        return new EnteredOrder(
            order.Key, kind, PendingKeyOf(order), transfer?.Amount.Asset.Code(), transfer?.Debit.Code, transfer?.Credit.Code, transfer?.Amount.Value,
            reason.Code(), source.Kind.Code(), source.Id, epoch, terms, actor);
    }

    /// <summary>The pending transfer that an order ends; null when it ends none.</summary>
    public static string? PendingKeyOf(LedgerOrder order) => order switch
    {
        PostPending post => post.PendingKey,
        VoidPending voided => voided.PendingKey,
        _ => null,
    };
}

/// <summary>Orders of which some are in the ledger: they were posted before, or their keys were used for something else.</summary>
internal static class Repetition
{
    private const string Read = """
        SELECT t.key, t.kind, p.key, t.asset, d.code, c.code, t.amount, t.reason, t.source_kind, t.source_id, t.epoch, t.terms_version, t.actor, t.posting
        FROM transfers t JOIN accounts d ON d.id = t.debit_account JOIN accounts c ON c.id = t.credit_account LEFT JOIN transfers p ON p.id = t.pending_id
        WHERE t.key = ANY ($1)
        """;

    /// <summary>The posting that they are a repetition of.</summary>
    /// <param name="connection">In the transaction that could not enter all of them; it may have entered some, so the caller rolls back unless this returns.</param>
    /// <param name="orders">The orders.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerRefusedException">They are none.</exception>
    public static async Task<Posting> CheckAsync(NpgsqlConnection connection, IReadOnlyList<LedgerOrder> orders, CancellationToken cancellationToken)
    {
        var there = await ReadAsync(connection, orders, cancellationToken);
        foreach (var order in orders)
        {
            if (there.TryGetValue(order.Key, out var old) && old.Order != EnteredOrder.Of(order))
            {
                throw new LedgerRefusedException(
                    LedgerRefusal.OtherContent, $"Transfer {order.Key} is in the ledger with other content: {old.Order}. A key is used for one order only.");
            }
        }

        var postings = there.Values.Select(old => old.Posting).Distinct().ToList();
        return there.Count == orders.Count && postings is [var posting]
            ? new Posting(posting, orders.Count, WasRepeated: true)
            : throw new LedgerRefusedException(
                LedgerRefusal.PartlyEntered, "Some of these transfers were posted before and some were not, or not together: repeat a posting as it was, and post what is new by itself.");
    }

    private static async Task<Dictionary<string, (EnteredOrder Order, Guid Posting)>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<LedgerOrder> orders, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Read, connection) { Parameters = { new() { Value = orders.Select(order => order.Key).ToArray() } } };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var there = new Dictionary<string, (EnteredOrder, Guid)>(orders.Count, StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
        {
            there.Add(rows.GetString(0), (ReadOrder(rows), rows.GetGuid(13)));
        }

        return there;
    }

    private static EnteredOrder ReadOrder(NpgsqlDataReader row)
    {
        var ends = row.GetString(1) is EnteredOrder.Post or EnteredOrder.Void;
        return new EnteredOrder(
            row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), ends ? null : row.GetString(3), ends ? null : row.GetString(4),
            ends ? null : row.GetString(5), ends ? null : row.GetFieldValue<BigInteger>(6), row.GetString(7), row.GetString(8), row.GetString(9),
            row.GetInt64(10), row.GetInt32(11), row.GetString(12));
    }
}
