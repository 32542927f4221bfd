using Pool.Server.Node;

namespace Pool.Server.Hosting;

/// <summary>Looks now and then whether the web port's certificate was renewed, and whether it should have been.</summary>
internal sealed class WebIdentityWatch(WebIdentity identity, TimeProvider time) : BackgroundService
{
    /// <summary>A renewal is in use this long after it at the latest. Two files of a few kilobytes are read each time.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!identity.IsSecure)
        {
            return;
        }

        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                identity.Look();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }
}
