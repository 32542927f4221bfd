using Npgsql;
using Pool.Server.Settlement.Journaling;

namespace Pool.Server.Settlement.Books;

/// <summary>Keeps the books: whatever is settled comes into Postgres soon, and as soon as Postgres is back when it was away.</summary>
internal sealed partial class BookKeeper(
    Journal journal, JournalCopier copier, RefusedRecords refused, NpgsqlDataSource database, TimeProvider time, ILogger<BookKeeper> logger) : BackgroundService
{
    /// <summary>What comes within this time goes into one transaction: a commit for each segment would cost more than the segments' rows.</summary>
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(20);

    /// <summary>How soon Postgres is asked again after a failure; every later wait is twice as long.</summary>
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    private long _awaySince;

    /// <summary>Records that Postgres has refused since the start.</summary>
    public long Refused => refused.Count;

    /// <summary>Since when Postgres has been away; null when it is not.</summary>
    public DateTimeOffset? AwaySince => Interlocked.Read(ref _awaySince) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Books what an earlier process left in the journal.</summary>
    /// <exception cref="NpgsqlException">Postgres is away.</exception>
    public async Task ReplayAsync(CancellationToken cancellationToken)
    {
        var waiting = journal.Waiting;
        while (await copier.CopyNextAsync(cancellationToken))
        {
            // Group by group.
        }

        if (waiting > 0)
        {
            LogReplayed(waiting);
        }
    }

    /// <summary>Books what waits, as far as there is time for it; the rest is booked at the next start.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (ExecuteTask is { } running)
        {
            // It ends at once, and nobody else may touch its connection before.
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        try
        {
            while (!cancellationToken.IsCancellationRequested && await copier.CopyNextAsync(cancellationToken))
            {
                // Group by group.
            }
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or TimeoutException or OperationCanceledException)
        {
            LogLeft(journal.Waiting, failure.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await journal.WaitForRecordsAsync(stoppingToken);
                if (journal.Waiting < JournalCopier.MaxGroup)
                {
                    await Task.Delay(s_gather, time, stoppingToken);
                }

                await CopyAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is not booked yet is in the journal.
        }
    }

    /// <summary>Tries until the next group is booked. Whatever breaks here must not end booking: the records are safe and the operator is told.</summary>
    private async Task CopyAsync(CancellationToken stoppingToken)
    {
        for (var pause = s_firstPause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            try
            {
                await copier.CopyNextAsync(stoppingToken);
                MarkBack();
                return;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                MarkAway(failure.Message);
                database.Clear();
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private void MarkAway(string fault)
    {
        if (Interlocked.CompareExchange(ref _awaySince, time.GetUtcNow().UtcTicks, 0) == 0)
        {
            LogAway(journal.Waiting, fault);
        }
    }

    private void MarkBack()
    {
        if (AwaySince is { } since)
        {
            Interlocked.Exchange(ref _awaySince, 0);
            LogBack(time.GetUtcNow() - since, journal.Waiting);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing can be booked now, {Waiting} settled segments wait in the journal and more will: {Fault}")]
    private partial void LogAway(long waiting, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Booking goes on after {Away}, {Waiting} settled segments wait")]
    private partial void LogBack(TimeSpan away, long waiting);

    [LoggerMessage(Level = LogLevel.Information, Message = "Booked {Records} settled segments that were left in the journal")]
    private partial void LogReplayed(long records);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Waiting} settled segments stay in the journal until the next start: {Fault}")]
    private partial void LogLeft(long waiting, string fault);
}
