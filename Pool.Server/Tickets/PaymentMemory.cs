using System.Numerics;
using System.Text.Json;
using Npgsql;
using Pool.Server.Chain;
using Pool.Server.Data;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Tickets;

/// <summary>
/// Brings back what an earlier process knew, once its journal is in the books: balances and fixed prices of sessions that may go on, and the nonces of
/// parameters that have not expired. So no nonce is credited twice and no accepted ticket is lost.
/// </summary>
internal sealed partial class PaymentMemory(
    NpgsqlDataSource database, PaymentSessions sessions, NonceBook nonces, IChainView chain, TimeProvider time, ILogger<PaymentMemory> logger)
{
    private const string Sessions = """
        SELECT sender, session_id, price_numerator, price_denominator, balance_numerator, balance_denominator
        FROM payment_sessions WHERE updated_at >= $1 AND price_numerator IS NOT NULL
        """;

    private const string Nonces = "SELECT recipient_rand_hash, expiration_block, nonces::text FROM payments WHERE expiration_block > $1";

    /// <summary>Reads it.</summary>
    /// <exception cref="NpgsqlException">Postgres is away.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await LoadSessionsAsync(cancellationToken);
        await LoadNoncesAsync(cancellationToken);
        if (sessions.Count + nonces.Count > 0)
        {
            LogLoaded(sessions.Count, nonces.Count);
        }
    }

    private async Task LoadSessionsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sessions, time.GetUtcNow() - PaymentSessions.Remembered);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sessions.Remember(
                new PaymentAccount(Address.FromWire(reader.GetFieldValue<byte[]>(0)), reader.GetString(1)), Fraction(reader, 2), Fraction(reader, 4));
        }
    }

    private async Task LoadNoncesAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Nonces, nonces.Advance(chain.Now.Head.L1Number));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            nonces.Remember(
                new Bytes32(reader.GetFieldValue<byte[]>(0)), reader.GetInt64(1), JsonSerializer.Deserialize<uint[]>(reader.GetString(2)) ?? []);
        }
    }

    private static Ratio Fraction(NpgsqlDataReader reader, int column) =>
        new(reader.GetFieldValue<BigInteger>(column), reader.GetFieldValue<BigInteger>(column + 1));

    [LoggerMessage(Level = LogLevel.Information, Message = "Balances of {Sessions} sessions and nonces of {Parameters} ticket parameters are back")]
    private partial void LogLoaded(int sessions, int parameters);
}
