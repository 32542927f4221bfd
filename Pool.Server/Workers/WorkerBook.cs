using Npgsql;
using NpgsqlTypes;
using Pool.Server.Data;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Server.Workers;

/// <summary>The durable list of payees and workers.</summary>
public sealed class WorkerBook(NpgsqlDataSource database, DatabaseRetry retry, TimeProvider time)
{
    /// <summary>How long the database may be away while a worker waits at the door; less than the worker waits (docs/protocol.md, Time-outs).</summary>
    private static readonly Patience s_patience = new(RetryFor: TimeSpan.FromSeconds(5), Limit: TimeSpan.FromSeconds(10));

    private const string JoinPayee = "INSERT INTO payees (address, first_seen_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    private const string JoinWorker = """
        INSERT INTO workers (id, node_key, payee, device, software, first_joined_at, last_joined_at)
        VALUES ($1, $2, $3, $4, $5, $6, $6)
        ON CONFLICT (node_key) DO UPDATE
        SET payee = excluded.payee, device = excluded.device, software = excluded.software, last_joined_at = excluded.last_joined_at
        RETURNING id
        """;

    /// <summary>Enters a worker that has proven its node key, with the payee it names now. The same node key is the same worker for ever.</summary>
    public Task<WorkerId> JoinAsync(Address nodeKey, Address payee, string device, string software, CancellationToken cancellationToken) =>
        retry.RunAsync(token => WriteAsync(nodeKey, payee, device, software, token), s_patience, cancellationToken);

    private async Task<WorkerId> WriteAsync(Address nodeKey, Address payee, string device, string software, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(JoinPayee) { Parameters = { Bytes(payee), Time(now) } },
                new NpgsqlBatchCommand(JoinWorker)
                {
                    Parameters =
                    {
                        new() { Value = WorkerId.New(time).Value }, Bytes(nodeKey), Bytes(payee),
                        new() { Value = device }, new() { Value = software }, Time(now),
                    },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new WorkerId(reader.GetGuid(0));
    }

    private static NpgsqlParameter Bytes(Address address) => new() { Value = address.ToBytes(), NpgsqlDbType = NpgsqlDbType.Bytea };

    private static NpgsqlParameter Time(DateTimeOffset at) => new() { Value = at, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
