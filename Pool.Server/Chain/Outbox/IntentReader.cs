using System.Numerics;
using Npgsql;
using Pool.Server.Data;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Chain.Outbox;

/// <summary>Reads intents with their attempts.</summary>
internal static class IntentReader
{
    private const string Columns = """
        SELECT id, key, purpose, recipient, value, data, gas_limit, state, nonce, mined_hash, mined_block, mined_block_hash, observed, cancel_asked, detail, alarm,
            placed_at, final_at, chain_id, account FROM tx_intents
        """;

    /// <summary>Reads those of a condition.</summary>
    /// <param name="connection">An open connection; what is read is of its transaction, if it has one.</param>
    /// <param name="condition">SQL from WHERE on, with $1 and so on; never of a stranger's making.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="cancellationToken">The caller has lost interest.</param>
    public static async Task<List<StoredIntent>> ReadAsync(
        NpgsqlConnection connection, string condition, object[] parameters, CancellationToken cancellationToken)
    {
        var intents = new List<StoredIntent>();
        await using (var command = connection.CreateCommand($"{Columns} {condition}", parameters))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                intents.Add(ReadIntent(reader));
            }
        }

        var attempts = await ReadAttemptsAsync(connection, [.. intents.Where(intent => intent.Nonce is not null).Select(intent => intent.Id)], cancellationToken);
        return [.. intents.Select(intent => intent with { Attempts = [.. attempts[intent.Id]] })];
    }

    /// <summary>How a state is written.</summary>
    public static string Word(IntentState state) => state switch
    {
        IntentState.Planned => "planned",
        IntentState.Sent => "sent",
        IntentState.Mined => "mined",
        IntentState.Done => "done",
        IntentState.Reverted => "reverted",
        IntentState.Refused => "refused",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static async Task<ILookup<long, Attempt>> ReadAttemptsAsync(NpgsqlConnection connection, long[] intents, CancellationToken cancellationToken)
    {
        var attempts = new List<(long Intent, Attempt Attempt)>();
        if (intents.Length > 0)
        {
            await using var command = connection.CreateCommand("""
                SELECT intent, hash, number, is_cancellation, max_fee, priority_fee, gas_limit, raw, signed_at FROM tx_attempts WHERE intent = ANY($1) ORDER BY intent, number
                """, intents);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                attempts.Add((reader.GetInt64(0), ReadAttempt(reader)));
            }
        }

        return attempts.ToLookup(row => row.Intent, row => row.Attempt);
    }

    private static StoredIntent ReadIntent(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetInt64(0),
        Order = new IntentOrder(
            reader.GetString(1), Enum.Parse<TransactionPurpose>(reader.GetString(2)), Address.FromWire(reader.GetFieldValue<byte[]>(3)), reader.GetFieldValue<byte[]>(5))
        {
            Value = new Wei(reader.GetFieldValue<BigInteger>(4)),
            GasLimit = reader.IsDBNull(6) ? null : (ulong)reader.GetInt64(6),
        },
        State = Enum.Parse<IntentState>(reader.GetString(7), ignoreCase: true),
        Nonce = reader.IsDBNull(8) ? null : (ulong)reader.GetInt64(8),
        Mined = reader.IsDBNull(9)
            ? null
            : new MinedAt(new Bytes32(reader.GetFieldValue<byte[]>(9)), (ulong)reader.GetInt64(10), new Bytes32(reader.GetFieldValue<byte[]>(11))),
        Observed = reader.IsDBNull(12) ? null : reader.GetString(12),
        IsCancelAsked = reader.GetBoolean(13),
        Detail = reader.GetString(14),
        Alarm = reader.GetString(15),
        PlacedAt = reader.GetFieldValue<DateTimeOffset>(16),
        FinalAt = reader.IsDBNull(17) ? null : reader.GetFieldValue<DateTimeOffset>(17),
        Sender = new OutboxAccount((ulong)reader.GetInt64(18), Address.FromWire(reader.GetFieldValue<byte[]>(19))),
        Attempts = [],
    };

    private static Attempt ReadAttempt(NpgsqlDataReader reader) => new(
        new Bytes32(reader.GetFieldValue<byte[]>(1)),
        reader.GetInt32(2),
        reader.GetBoolean(3),
        new Fees(new Wei(reader.GetFieldValue<BigInteger>(4)), new Wei(reader.GetFieldValue<BigInteger>(5))),
        (ulong)reader.GetInt64(6),
        reader.GetFieldValue<byte[]>(7),
        reader.GetFieldValue<DateTimeOffset>(8));
}
