using System.Numerics;
using Npgsql;
using Pool.Server.Data;
using Pool.Server.Ledger;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Tickets.Redemption;

/// <summary>The rows of winning tickets, from their win to their end.</summary>
internal sealed class WinnerShelf(NpgsqlDataSource database, ILedger ledger, TimeProvider time)
{
    /// <summary>Rows that are looked at in one go.</summary>
    private const int MaxRows = 1000;

    private const string Columns = """
        ticket_hash, recipient, sender, face_value, win_probability, sender_nonce, recipient_rand_hash, recipient_rand, creation_round, creation_round_hash,
        params_expiration_block, signature, attempts, received_at
        """;

    /// <summary>Enters into the ledger that tickets have won, once for each.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<int> PostWonAsync(long epoch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var hashes = await ReadHashesAsync(transaction, cancellationToken);
        if (hashes.Length == 0)
        {
            return 0;
        }

        await LockAsync(transaction, hashes, cancellationToken);
        var won = await ReadFaceValuesAsync(
            transaction,
            "UPDATE winning_tickets SET won_posted = true WHERE ticket_hash = ANY($1) AND NOT won_posted RETURNING ticket_hash, face_value",
            [hashes], cancellationToken);
        if (won.Count > 0)
        {
            await ledger.PostAsync(transaction, [.. won.Select(ticket => new RedemptionOrders(ticket.Hash, epoch).Won(ticket.FaceValue))], cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return won.Count;
    }

    /// <summary>Those that wait, the oldest round first.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<IReadOnlyList<Winner>> WaitingAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT {Columns} FROM winning_tickets WHERE state = 'won' AND won_posted ORDER BY creation_round, received_at LIMIT {MaxRows}");
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Those that an intent redeems, as long as nothing has become of them.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public static async Task<IReadOnlyList<Winner>> OfIntentAsync(NpgsqlTransaction transaction, string intent, CancellationToken cancellationToken)
    {
        await using var command = transaction.CreateCommand(
            $"SELECT {Columns} FROM winning_tickets WHERE intent = $1 AND state = 'redeeming' ORDER BY ticket_hash FOR UPDATE", intent);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Face values of what is being redeemed, for each sender.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<IReadOnlyDictionary<Address, Wei>> PendingAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT sender, sum(face_value) FROM winning_tickets WHERE state = 'redeeming' GROUP BY sender");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var pending = new Dictionary<Address, Wei>();
        while (await reader.ReadAsync(cancellationToken))
        {
            pending[Address.FromWire(reader.GetFieldValue<byte[]>(0))] = new Wei(reader.GetFieldValue<BigInteger>(1));
        }

        return pending;
    }

    /// <summary>An intent of the caller's transaction redeems them from now on.</summary>
    /// <returns>Whether all of them still waited; if not, the caller rolls back.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public static async Task<bool> TryGiveAsync(NpgsqlTransaction transaction, IReadOnlyList<Winner> winners, string intent, CancellationToken cancellationToken)
    {
        await LockAsync(transaction, Hashes(winners), cancellationToken);
        await using var command = transaction.CreateCommand(
            "UPDATE winning_tickets SET state = 'redeeming', intent = $2, waits_for = NULL WHERE ticket_hash = ANY($1) AND state = 'won'",
            Hashes(winners), intent);
        return await command.ExecuteNonQueryAsync(cancellationToken) == winners.Count;
    }

    /// <summary>They were not redeemed after all and wait again.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public static async Task TakeBackAsync(NpgsqlTransaction transaction, IReadOnlyList<Winner> winners, string why, CancellationToken cancellationToken)
    {
        await using var command = transaction.CreateCommand(
            "UPDATE winning_tickets SET state = 'won', intent = NULL, attempts = attempts + 1, waits_for = $2 WHERE ticket_hash = ANY($1) AND state = 'redeeming'",
            Hashes(winners), why);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What they wait for, for people; only rows that say something else change.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task RemarkAsync(IReadOnlyList<(Winner Winner, string WaitsFor)> remarks, CancellationToken cancellationToken)
    {
        if (remarks.Count == 0)
        {
            return;
        }

        var hashes = Hashes([.. remarks.Select(remark => remark.Winner)]);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(transaction, hashes, cancellationToken);
        await using var command = transaction.CreateCommand(
            """
            UPDATE winning_tickets w SET waits_for = r.waits_for FROM unnest($1::bytea[], $2::text[]) AS r (ticket_hash, waits_for)
            WHERE w.ticket_hash = r.ticket_hash AND w.state = 'won' AND w.waits_for IS DISTINCT FROM r.waits_for
            """,
            hashes, remarks.Select(remark => remark.WaitsFor).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>They will never be redeemed.</summary>
    /// <returns>What the ledger has to be told of it.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<IReadOnlyList<LedgerOrder>> LoseAsync(
        NpgsqlTransaction transaction, IReadOnlyList<Winner> winners, string why, long epoch, CancellationToken cancellationToken)
    {
        await LockAsync(transaction, Hashes(winners), cancellationToken);
        var lost = await ReadFaceValuesAsync(
            transaction,
            "UPDATE winning_tickets SET state = 'lost', lost_reason = $2, ended_at = $3, waits_for = NULL WHERE ticket_hash = ANY($1) AND state IN ('won', 'redeeming') RETURNING ticket_hash, face_value",
            [Hashes(winners), why, time.GetUtcNow()], cancellationToken);
        return [.. lost.Select(ticket => new RedemptionOrders(ticket.Hash, epoch).Lost(ticket.FaceValue))];
    }

    /// <summary>The chain has redeemed these, in this order.</summary>
    /// <returns>What the ledger has to be told of it; nothing of those that are not ours, or are ended already.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<IReadOnlyList<LedgerOrder>> RedeemAsync(
        NpgsqlTransaction transaction, IReadOnlyList<RedeemedTicket> redeemed, long epoch, CancellationToken cancellationToken)
    {
        await LockAsync(transaction, [.. redeemed.Select(ticket => ticket.Hash.ToBytes())], cancellationToken);
        var orders = new List<LedgerOrder>();
        foreach (var ticket in redeemed)
        {
            orders.AddRange(await RedeemAsync(transaction, ticket, epoch, cancellationToken));
        }

        return orders;
    }

    private async Task<IReadOnlyList<LedgerOrder>> RedeemAsync(NpgsqlTransaction transaction, RedeemedTicket ticket, long epoch, CancellationToken cancellationToken)
    {
        await using var command = transaction.CreateCommand(
            """
            WITH before AS (SELECT ticket_hash, state, won_posted FROM winning_tickets WHERE ticket_hash = $1 AND state <> 'redeemed' FOR UPDATE)
            UPDATE winning_tickets w SET state = 'redeemed', won_posted = true, paid = least($2, face_value), redeemed_transaction = $3, redeemed_block = $4, ended_at = $5,
                waits_for = NULL, lost_reason = NULL
            FROM before b WHERE w.ticket_hash = b.ticket_hash RETURNING w.face_value, w.paid, b.state, b.won_posted
            """,
            ticket.Hash.ToBytes(), ticket.Paid.Value, ticket.Transaction.ToBytes(), (long)ticket.Block, time.GetUtcNow());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return [];
        }

        var (faceValue, booked) = (new Wei(reader.GetFieldValue<BigInteger>(0)), new Wei(reader.GetFieldValue<BigInteger>(1)));
        var (wasLost, wasPosted) = (reader.GetString(2) == "lost", reader.GetBoolean(3));
        var orders = new RedemptionOrders(ticket.Hash, epoch);
        return [.. wasPosted ? [] : new[] { orders.Won(faceValue) }, .. orders.Redeemed(faceValue, booked, wasLost)];
    }

    /// <summary>
    /// Holds rows until the transaction ends. Several transactions hold many of them at a time, the same ones among them: taken in one order, none waits for another one that waits for it.
    /// </summary>
    private static async Task LockAsync(NpgsqlTransaction transaction, byte[][] hashes, CancellationToken cancellationToken)
    {
        await using var command = transaction.CreateCommand("SELECT FROM winning_tickets WHERE ticket_hash = ANY($1) ORDER BY ticket_hash FOR UPDATE", [hashes]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<byte[][]> ReadHashesAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.CreateCommand($"SELECT ticket_hash FROM winning_tickets WHERE NOT won_posted ORDER BY received_at LIMIT {MaxRows}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var hashes = new List<byte[]>();
        while (await reader.ReadAsync(cancellationToken))
        {
            hashes.Add(reader.GetFieldValue<byte[]>(0));
        }

        return [.. hashes];
    }

    private static byte[][] Hashes(IReadOnlyList<Winner> winners) => [.. winners.Select(winner => winner.Hash.ToBytes())];

    private static async Task<IReadOnlyList<(Bytes32 Hash, Wei FaceValue)>> ReadFaceValuesAsync(
        NpgsqlTransaction transaction, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = transaction.CreateCommand(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(Bytes32, Wei)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((new Bytes32(reader.GetFieldValue<byte[]>(0)), new Wei(reader.GetFieldValue<BigInteger>(1))));
        }

        return rows;
    }

    private static async Task<IReadOnlyList<Winner>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var winners = new List<Winner>();
        while (await reader.ReadAsync(cancellationToken))
        {
            winners.Add(Row(reader));
        }

        return winners;
    }

    private static Winner Row(NpgsqlDataReader row)
    {
        var ticket = new Ticket
        {
            Recipient = Address.FromWire(row.GetFieldValue<byte[]>(1)),
            Sender = Address.FromWire(row.GetFieldValue<byte[]>(2)),
            FaceValue = new Wei(row.GetFieldValue<BigInteger>(3)),
            WinProbability = new WinProbability(row.GetFieldValue<BigInteger>(4)),
            SenderNonce = (uint)row.GetInt64(5),
            RecipientRandHash = new Bytes32(row.GetFieldValue<byte[]>(6)),
            Created = new CreationRound(row.GetInt64(8), new Bytes32(row.GetFieldValue<byte[]>(9))),
        };
        var rand = new RecipientRand(new BigInteger(row.GetFieldValue<byte[]>(7), isUnsigned: true, isBigEndian: true));
        return new Winner(
            new Bytes32(row.GetFieldValue<byte[]>(0)), new WinningTicket(ticket, row.GetFieldValue<byte[]>(11), rand), row.GetInt64(10), row.GetInt32(12),
            row.GetFieldValue<DateTimeOffset>(13));
    }
}
