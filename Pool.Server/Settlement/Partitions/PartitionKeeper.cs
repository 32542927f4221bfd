using Microsoft.Extensions.Options;
using Npgsql;

namespace Pool.Server.Settlement.Partitions;

/// <summary>
/// Days of segments and contributions are there before they begin, and go when they are over for so long as the books keep them, their epochs are closed and
/// what was earned in them has matured. Sessions go when they are as old and their last segment is gone.
/// </summary>
internal sealed partial class PartitionKeeper(
    PartitionTables tables, IOptions<SettlementOptions> options, TimeProvider time, ILogger<PartitionKeeper> logger) : BackgroundService
{
    /// <summary>Days that are made ahead: so long may making fail before anything lands in the default partition.</summary>
    private const int DaysAhead = 3;

    private static readonly TimeSpan s_period = TimeSpan.FromHours(1);

    private DayPartition? _kept;

    /// <summary>Makes what is missing from today on, and for what landed in the default partition.</summary>
    public async Task MakeAheadAsync(CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var wanted = Enumerable.Range(0, DaysAhead + 1).Select(ahead => new DayPartition(today.AddDays(ahead)));
        var there = await tables.ListAsync(cancellationToken);
        foreach (var day in wanted.Concat(await tables.ListStraysAsync(cancellationToken)).Except(there))
        {
            await tables.MakeAsync(day, cancellationToken);
        }
    }

    /// <summary>Drops what is old enough and closed, oldest first.</summary>
    public async Task DropOldAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var day in (await tables.ListAsync(cancellationToken)).Where(day => day.IsOver(now, options.Value.RetentionDays)))
        {
            if (await tables.DropAsync(day, cancellationToken) is not { } open)
            {
                LogDropped(day.Day);
            }
            else if (_kept != day)
            {
                LogKept(day.Day, open);
                _kept = day;
            }
        }

        var oldest = DayPartition.OldestKept(now, options.Value.RetentionDays);
        await DropSessionsAsync(oldest, cancellationToken);
        while (await tables.DropPaymentsAsync(oldest, cancellationToken) > 0)
        {
            // Some at a time.
        }
    }

    /// <summary>Sessions go with the last of their segments.</summary>
    private async Task DropSessionsAsync(DateOnly before, CancellationToken cancellationToken)
    {
        var dropped = 0;
        while (await tables.DropSessionsAsync(before, cancellationToken) is > 0 and var some)
        {
            dropped += some;
        }

        if (dropped > 0)
        {
            LogSessionsDropped(dropped);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await MakeAheadAsync(stoppingToken);
                await DropOldAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
            {
                LogFailed(failure.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The segments and contributions of {Day} were dropped: they are older than Settlement:RetentionDays and all closed")]
    private partial void LogDropped(DateOnly day);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Sessions} sessions were dropped: no segment of theirs is kept any more")]
    private partial void LogSessionsDropped(int sessions);

    [LoggerMessage(Level = LogLevel.Information, Message = "The segments and contributions of {Day} are old but stay: epoch {Epoch} is not closed and matured")]
    private partial void LogKept(DateOnly day, long epoch);

    [LoggerMessage(Level = LogLevel.Error, Message = "The partitions of the coming days could not be seen to, it is tried again in an hour: {Fault}")]
    private partial void LogFailed(string fault);
}
