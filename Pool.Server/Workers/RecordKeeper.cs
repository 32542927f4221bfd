using Npgsql;
using Pool.Server.Data;
using Pool.Shared.Ids;

namespace Pool.Server.Workers;

/// <summary>Keeps what was measured of the workers in the database, coarsely: now and then what has changed, and all of it at the end.</summary>
internal sealed partial class RecordKeeper(WorkerRecords records, NpgsqlDataSource database, TimeProvider time, ILogger<RecordKeeper> logger) : BackgroundService
{
    /// <summary>Rows of one statement.</summary>
    private const int MaxGroup = 1000;

    private const string Keep = """
        INSERT INTO worker_records (worker_id, seconds_per_pixel, seconds_per_byte, real_time_ratio, capacity, failures_in_a_row, rests_until, measured_at)
        SELECT m.* FROM unnest($1::uuid[], $2::float8[], $3::float8[], $4::float8[], $5::int[], $6::int[], $7::timestamptz[], $8::timestamptz[])
            AS m (worker_id, seconds_per_pixel, seconds_per_byte, real_time_ratio, capacity, failures_in_a_row, rests_until, measured_at)
        JOIN workers w ON w.id = m.worker_id
        ON CONFLICT (worker_id) DO UPDATE SET
            seconds_per_pixel = excluded.seconds_per_pixel, seconds_per_byte = excluded.seconds_per_byte, real_time_ratio = excluded.real_time_ratio,
            capacity = excluded.capacity, failures_in_a_row = excluded.failures_in_a_row, rests_until = excluded.rests_until, measured_at = excluded.measured_at
        """;

    /// <summary>How much of what was measured a killed server may forget.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    /// <summary>How long the end of the server may wait for it.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(2);

    private bool _isFailing;

    /// <summary>Keeps what has changed. A database that is away is tried again at the next time.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var group in records.Changed().Chunk(MaxGroup))
            {
                await WriteAsync([.. group.Select(entry => entry.Now)], cancellationToken);
                foreach (var (record, now) in group)
                {
                    if (record.Kept is { } before && before.Capacity != now.Capacity)
                    {
                        LogCapacity(now.WorkerId, now.Capacity, before.Capacity);
                    }

                    record.Kept = now;
                }
            }

            _isFailing = false;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            if (!_isFailing)
            {
                LogNotKept(failure.Message);
            }

            _isFailing = true;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = new CancellationTokenSource(s_lastWords, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await KeepAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await KeepAsync(stoppingToken);
        }
    }

    private async Task WriteAsync(WorkerMeasurement[] rows, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            Keep,
            rows.Select(row => row.WorkerId.Value).ToArray(),
            rows.Select(row => row.SecondsPerPixel).ToArray(),
            rows.Select(row => row.SecondsPerByte).ToArray(),
            rows.Select(row => row.RealTimeRatio).ToArray(),
            rows.Select(row => row.Capacity).ToArray(),
            rows.Select(row => row.FailuresInARow).ToArray(),
            rows.Select(row => row.RestsUntil).ToArray(),
            rows.Select(row => row.MeasuredAt).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {Worker} sustains {Capacity} segments at once, not {Before} any more")]
    private partial void LogCapacity(WorkerId worker, int capacity, int before);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What was measured of the workers cannot be kept now, a restart would begin without it: {Fault}")]
    private partial void LogNotKept(string fault);
}
