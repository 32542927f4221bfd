using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using Pool.Server.Data;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Server.Workers;

/// <summary>
/// The durable list of payees and workers. A worker that is known since the start joins again also while the database is away: its stream must not end
/// with a short loss of its line. What it named then is written down later.
/// </summary>
public sealed class WorkerBook(NpgsqlDataSource database, DatabaseRetry retry, TimeProvider time)
{
    /// <summary>Node keys that are remembered; a worker beyond that joins only while the database is there.</summary>
    private const int MaxKnown = 100_000;

    /// <summary>How long the database may be away while a worker waits at the door; less than the worker waits (docs/protocol.md, Time-outs).</summary>
    private static readonly Patience s_patience = new(RetryFor: TimeSpan.FromSeconds(5), Limit: TimeSpan.FromSeconds(10));

    /// <summary>The same for a worker that is known: it may have segments in hand.</summary>
    private static readonly Patience s_knownPatience = new(RetryFor: TimeSpan.FromSeconds(0.2), Limit: TimeSpan.FromSeconds(1));

    private readonly ConcurrentDictionary<Address, WorkerId> _known = new();
    private readonly ConcurrentDictionary<Address, JoinEntry> _late = new();
    private TaskCompletionSource _lateJoined = NewSignal();

    /// <summary>Joins that are not written down yet.</summary>
    internal ICollection<JoinEntry> Late => _late.Values;

    /// <summary>Completes at the next join that cannot be written down. Take it before looking.</summary>
    internal Task NextLate => Volatile.Read(ref _lateJoined).Task;

    private const string JoinPayee = "INSERT INTO payees (address, first_seen_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    /// <summary>A join that is written down late changes nothing that a later one has said.</summary>
    private const string JoinWorker = """
        INSERT INTO workers (id, node_key, payee, device, software, first_joined_at, last_joined_at)
        VALUES ($1, $2, $3, $4, $5, $6, $6)
        ON CONFLICT (node_key) DO UPDATE
        SET payee = excluded.payee, device = excluded.device, software = excluded.software, last_joined_at = excluded.last_joined_at
        WHERE workers.last_joined_at <= excluded.last_joined_at
        """;

    private const string FindWorker = """
        SELECT w.id, r.seconds_per_pixel, r.seconds_per_byte, r.real_time_ratio, r.capacity, r.failures_in_a_row, r.rests_until, r.measured_at
        FROM workers w LEFT JOIN worker_records r ON r.worker_id = w.id WHERE w.node_key = $1
        """;

    /// <summary>
    /// Enters a worker that has proven its node key, with the payee it names now. The same node key is the same worker for ever. With it comes what
    /// was measured of it before, if anything was; null also while the database is away.
    /// </summary>
    /// <exception cref="NpgsqlException">The database is away, and the worker is not known yet.</exception>
    /// <exception cref="TimeoutException">The same.</exception>
    public async Task<(WorkerId Id, WorkerMeasurement? Kept)> JoinAsync(Address nodeKey, Address payee, string device, string software, CancellationToken cancellationToken)
    {
        var join = new JoinEntry(nodeKey, payee, device, software, time.GetUtcNow());
        var isKnown = _known.TryGetValue(nodeKey, out var known);
        try
        {
            var entered = await retry.RunAsync(token => WriteAsync(join, token), isKnown ? s_knownPatience : s_patience, cancellationToken);
            _late.TryRemove(nodeKey, out _);
            if (_known.Count < MaxKnown)
            {
                _known[nodeKey] = entered.Id;
            }

            return entered;
        }
        catch (Exception away) when (isKnown && DatabaseRetry.IsAway(away))
        {
            _late[nodeKey] = join;
            Interlocked.Exchange(ref _lateJoined, NewSignal()).TrySetResult();
            return (known, null);
        }
    }

    /// <summary>Writes down a join that could not be when it was made.</summary>
    internal async Task WriteLateAsync(JoinEntry join, CancellationToken cancellationToken)
    {
        await WriteAsync(join, cancellationToken);
        _late.TryRemove(KeyValuePair.Create(join.NodeKey, join));
    }

    private async Task<(WorkerId Id, WorkerMeasurement? Kept)> WriteAsync(JoinEntry join, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(JoinPayee) { Parameters = { Bytes(join.Payee), Time(join.At) } },
                new NpgsqlBatchCommand(JoinWorker)
                {
                    Parameters =
                    {
                        new() { Value = WorkerId.New(time).Value }, Bytes(join.NodeKey), Bytes(join.Payee),
                        new() { Value = join.Device }, new() { Value = join.Software }, Time(join.At),
                    },
                },
                new NpgsqlBatchCommand(FindWorker) { Parameters = { Bytes(join.NodeKey) } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var id = new WorkerId(reader.GetGuid(0));
        return (id, await reader.IsDBNullAsync(4, cancellationToken) ? null : Measurement(id, reader));
    }

    private static WorkerMeasurement Measurement(WorkerId id, NpgsqlDataReader row) => new()
    {
        WorkerId = id,
        SecondsPerPixel = row.GetFieldValue<double?>(1),
        SecondsPerByte = row.GetFieldValue<double?>(2),
        RealTimeRatio = row.GetFieldValue<double?>(3),
        Capacity = row.GetInt32(4),
        FailuresInARow = row.GetInt32(5),
        RestsUntil = row.GetFieldValue<DateTimeOffset?>(6),
        MeasuredAt = row.GetFieldValue<DateTimeOffset>(7),
    };

    private static NpgsqlParameter Bytes(Address address) => new() { Value = address.ToBytes(), NpgsqlDbType = NpgsqlDbType.Bytea };

    private static NpgsqlParameter Time(DateTimeOffset at) => new() { Value = at, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>What a worker named when it joined.</summary>
internal sealed record JoinEntry(Address NodeKey, Address Payee, string Device, string Software, DateTimeOffset At);
