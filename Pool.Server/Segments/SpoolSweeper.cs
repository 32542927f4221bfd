namespace Pool.Server.Segments;

/// <summary>Deletes expired renditions once a minute.</summary>
internal sealed partial class SpoolSweeper(Spool spool, TimeProvider time, ILogger<SpoolSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                spool.DeleteExpired();
            }
            catch (IOException failure)
            {
                LogFailed(failure);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Expired renditions could not be deleted; the next sweep tries again")]
    private partial void LogFailed(IOException failure);
}
