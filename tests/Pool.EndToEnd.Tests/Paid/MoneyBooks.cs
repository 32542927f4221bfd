using System.Numerics;
using System.Text.Json;
using Npgsql;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>A payment as Postgres has it.</summary>
/// <param name="Session">The gateway's session.</param>
/// <param name="RandHash">Hash of its tickets' recipient rand.</param>
/// <param name="Nonces">Nonces it used.</param>
/// <param name="Credited">Tickets that were credited.</param>
/// <param name="Credit">What they were credited with, in wei.</param>
internal sealed record BookedPayment(string Session, Bytes32 RandHash, IReadOnlyList<uint> Nonces, int Credited, Ratio Credit);

/// <summary>What a segment cost its session, as Postgres has it.</summary>
internal sealed record BookedDebit(string Session, long Pixels, Ratio Price);

/// <summary>A winning ticket as Postgres has it.</summary>
/// <param name="RandHash">Hash of its recipient rand.</param>
/// <param name="Nonce">Its nonce.</param>
/// <param name="State">What became of it.</param>
/// <param name="Paid">What the chain paid for it, in wei; zero when nothing was.</param>
internal sealed record BookedWinner(Bytes32 RandHash, uint Nonce, string State, BigInteger Paid);

/// <summary>An order of the outbox.</summary>
internal sealed record BookedIntent(string Purpose, string State, long? Nonce);

/// <summary>All rows of money that a run left in Postgres.</summary>
internal sealed record MoneyBooks
{
    public required IReadOnlyList<BookedPayment> Payments { get; init; }

    public required IReadOnlyList<BookedDebit> Debits { get; init; }

    public required IReadOnlyDictionary<string, Ratio> Balances { get; init; }

    public required IReadOnlyList<BookedWinner> Winners { get; init; }

    public required IReadOnlyList<BookedIntent> Intents { get; init; }

    /// <summary>What the ledger has of redeemed tickets, in wei.</summary>
    public required BigInteger Redeemed { get; init; }

    /// <summary>The account's next nonce.</summary>
    public required long NextNonce { get; init; }

    /// <summary>Rewards that were booked.</summary>
    public required long Rewards { get; init; }

    /// <summary>Reads them.</summary>
    public static async Task<MoneyBooks> ReadAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        return new MoneyBooks
        {
            Payments = await RowsAsync(
                source, "SELECT session_id, recipient_rand_hash, nonces::text, credited, credit_numerator, credit_denominator FROM payments",
                row => new BookedPayment(row.GetString(0), Hash(row, 1), JsonSerializer.Deserialize<uint[]>(row.GetString(2)) ?? [], row.GetInt32(3), Fraction(row, 4))),
            Debits = await RowsAsync(
                source, "SELECT session_id, pixels, price_numerator, price_denominator FROM debits",
                row => new BookedDebit(row.GetString(0), row.GetInt64(1), Fraction(row, 2))),
            Balances = (await RowsAsync(
                source, "SELECT session_id, balance_numerator, balance_denominator FROM payment_sessions", row => (Session: row.GetString(0), Balance: Fraction(row, 1))))
                .ToDictionary(row => row.Session, row => row.Balance, StringComparer.Ordinal),
            Winners = await RowsAsync(
                source, "SELECT recipient_rand_hash, sender_nonce, state, coalesce(paid, 0) FROM winning_tickets",
                row => new BookedWinner(Hash(row, 0), (uint)row.GetInt64(1), row.GetString(2), row.GetFieldValue<BigInteger>(3))),
            Intents = await RowsAsync(
                source, "SELECT purpose, state, nonce FROM tx_intents ORDER BY nonce",
                row => new BookedIntent(row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetInt64(2))),
            Redeemed = (await RowsAsync(
                source, "SELECT coalesce(sum(amount), 0) FROM transfers WHERE key LIKE 'ticket/%/redeemed'", row => row.GetFieldValue<BigInteger>(0)))[0],
            NextNonce = (await RowsAsync(source, "SELECT next_nonce FROM tx_accounts", row => row.GetInt64(0)))[0],
            Rewards = (await RowsAsync(source, "SELECT count(DISTINCT reward_transaction) FROM rounds", row => row.GetInt64(0)))[0],
        };
    }

    private static async Task<IReadOnlyList<T>> RowsAsync<T>(NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static Bytes32 Hash(NpgsqlDataReader row, int column) => new(row.GetFieldValue<byte[]>(column));

    private static Ratio Fraction(NpgsqlDataReader row, int column) => new(row.GetFieldValue<BigInteger>(column), row.GetFieldValue<BigInteger>(column + 1));
}
