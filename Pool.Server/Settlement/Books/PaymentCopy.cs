using System.Numerics;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Settlement.Books;

/// <summary>Payments, their winning tickets and what segments cost, into the tables of the connection.</summary>
internal static class PaymentCopy
{
    public static async Task WriteAsync(NpgsqlConnection connection, BookGroup group, CancellationToken cancellationToken)
    {
        if (group.Payments.Count > 0)
        {
            await WritePaymentsAsync(connection, group.Payments, cancellationToken);
            await WriteWinningTicketsAsync(connection, group.Payments, cancellationToken);
        }

        if (group.Debits.Any())
        {
            await WriteDebitsAsync(connection, group, cancellationToken);
        }
    }

    /// <summary>Postgres keeps microseconds: what is written is what is compared later.</summary>
    public static Task WriteTimeAsync(this NpgsqlBinaryImporter rows, DateTimeOffset at, CancellationToken cancellationToken) =>
        rows.WriteAsync(
            new DateTime(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc), NpgsqlDbType.TimestampTz, cancellationToken);

    private static async Task WritePaymentsAsync(NpgsqlConnection connection, IReadOnlyList<PaymentEntry> payments, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginBinaryImportAsync(BookSql.CopyPayments, cancellationToken);
        foreach (var entry in payments)
        {
            var record = entry.Record;
            await rows.StartRowAsync(cancellationToken);
            await rows.WriteAsync(record.Id, NpgsqlDbType.Uuid, cancellationToken);
            await rows.WriteTimeAsync(record.ReceivedAt, cancellationToken);
            await rows.WriteTimeAsync(entry.SettledAt, cancellationToken);
            await rows.WriteAsync(entry.Epoch, NpgsqlDbType.Bigint, cancellationToken);
            await rows.WriteAsync(record.Terms.Sender.ToBytes(), NpgsqlDbType.Bytea, cancellationToken);
            await rows.WriteAsync(record.SessionId, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(record.Recipient.ToBytes(), NpgsqlDbType.Bytea, cancellationToken);
            await rows.WriteAsync(record.RecipientRandHash.ToBytes(), NpgsqlDbType.Bytea, cancellationToken);
            await rows.WriteNumberAsync(record.Terms.Seed, cancellationToken);
            await rows.WriteNumberAsync(record.Terms.FaceValue.Value, cancellationToken);
            await rows.WriteNumberAsync(record.Terms.WinProbability.Numerator, cancellationToken);
            await rows.WriteAsync(record.ExpirationBlock, NpgsqlDbType.Bigint, cancellationToken);
            await rows.WriteAsync(record.Terms.Created.Round, NpgsqlDbType.Bigint, cancellationToken);
            await rows.WriteAsync(record.Terms.Created.BlockHash.ToBytes(), NpgsqlDbType.Bytea, cancellationToken);
            await rows.WriteFractionAsync(record.Terms.PricePerPixel, cancellationToken);
            await rows.WriteFractionAsync(record.SessionPrice, cancellationToken);
            await rows.WriteAsync(JsonSerializer.Serialize(record.Nonces), NpgsqlDbType.Jsonb, cancellationToken);
            await rows.WriteAsync(record.Credited, NpgsqlDbType.Integer, cancellationToken);
            await rows.WriteFractionAsync(record.Credit, cancellationToken);
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private static async Task WriteWinningTicketsAsync(NpgsqlConnection connection, IReadOnlyList<PaymentEntry> payments, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginBinaryImportAsync(BookSql.CopyWinningTickets, cancellationToken);
        foreach (var record in payments.Select(entry => entry.Record))
        {
            foreach (var winner in record.Winners)
            {
                var ticket = record.TicketOf(winner.Nonce);
                await rows.StartRowAsync(cancellationToken);
                await rows.WriteAsync(ticket.Hash().ToBytes(), NpgsqlDbType.Bytea, cancellationToken);
                await rows.WriteAsync(record.Id, NpgsqlDbType.Uuid, cancellationToken);
                await rows.WriteTimeAsync(record.ReceivedAt, cancellationToken);
                await rows.WriteAsync(record.SessionId, NpgsqlDbType.Text, cancellationToken);
                await rows.WriteAsync(ticket.Recipient.ToBytes(), NpgsqlDbType.Bytea, cancellationToken);
                await rows.WriteAsync(ticket.Sender.ToBytes(), NpgsqlDbType.Bytea, cancellationToken);
                await rows.WriteNumberAsync(ticket.FaceValue.Value, cancellationToken);
                await rows.WriteNumberAsync(ticket.WinProbability.Numerator, cancellationToken);
                await rows.WriteAsync((long)winner.Nonce, NpgsqlDbType.Bigint, cancellationToken);
                await rows.WriteAsync(record.RecipientRandHash.ToBytes(), NpgsqlDbType.Bytea, cancellationToken);
                await rows.WriteAsync(Uint256.ToBytes(winner.Rand), NpgsqlDbType.Bytea, cancellationToken);
                await rows.WriteAsync(ticket.Created.Round, NpgsqlDbType.Bigint, cancellationToken);
                await rows.WriteAsync(ticket.Created.BlockHash.ToBytes(), NpgsqlDbType.Bytea, cancellationToken);
                await rows.WriteAsync(record.ExpirationBlock, NpgsqlDbType.Bigint, cancellationToken);
                await rows.WriteAsync(winner.Signature, NpgsqlDbType.Bytea, cancellationToken);
            }
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private static async Task WriteDebitsAsync(NpgsqlConnection connection, BookGroup group, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginBinaryImportAsync(BookSql.CopyDebits, cancellationToken);
        foreach (var (record, debit) in group.Debits)
        {
            await rows.StartRowAsync(cancellationToken);
            await rows.WriteAsync(record.Segment.Value, NpgsqlDbType.Uuid, cancellationToken);
            await rows.WriteTimeAsync(record.ReceivedAt, cancellationToken);
            await rows.WriteAsync(debit.Pixels, NpgsqlDbType.Bigint, cancellationToken);
            await rows.WriteFractionAsync(debit.Price, cancellationToken);
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private static Task WriteNumberAsync(this NpgsqlBinaryImporter rows, BigInteger number, CancellationToken cancellationToken) =>
        rows.WriteAsync(number, NpgsqlDbType.Numeric, cancellationToken);

    /// <summary>Two columns; both null when there is none.</summary>
    private static async Task WriteFractionAsync(this NpgsqlBinaryImporter rows, Ratio? fraction, CancellationToken cancellationToken)
    {
        if (fraction is { } there)
        {
            await rows.WriteNumberAsync(there.Numerator, cancellationToken);
            await rows.WriteNumberAsync(there.Denominator, cancellationToken);
        }
        else
        {
            await rows.WriteNullAsync(cancellationToken);
            await rows.WriteNullAsync(cancellationToken);
        }
    }
}
