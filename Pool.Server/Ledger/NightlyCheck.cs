using Microsoft.Extensions.Options;
using Npgsql;

namespace Pool.Server.Ledger;

/// <summary>Checks the ledger once a night; a server that was down at that hour, or is new, does it when it has been up for a while.</summary>
internal sealed partial class NightlyCheck(LedgerCheck check, IOptions<LedgerOptions> options, TimeProvider time, ILogger<NightlyCheck> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(10);

    private DateOnly? _checked;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CheckIfDueAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
            {
                LogFailed(failure.Message);
            }
        }
    }

    /// <summary>Whether it was due, and so was checked.</summary>
    internal async Task<bool> CheckIfDueAsync(CancellationToken cancellationToken)
    {
        // The night's date: before its hour it is still the night of the day before.
        var night = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime.AddHours(-options.Value.CheckHour));
        if (_checked == night)
        {
            return false;
        }

        await check.RunAsync(cancellationToken);
        _checked = night;
        return true;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger could not be checked, it is tried again in ten minutes: {Fault}")]
    private partial void LogFailed(string fault);
}
