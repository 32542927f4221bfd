using Pool.Server.Node;

namespace Pool.Server.Hosting;

/// <summary>Says when the machine's clock has jumped, and when the pool's own has caught up.</summary>
internal sealed partial class ClockWatch(SteadyTime time, ILogger<ClockWatch> logger) : BackgroundService
{
    /// <summary>A difference that is worth a word. Time servers correct less than that all the time.</summary>
    public static readonly TimeSpan Jump = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    private bool _hasJumped;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            Look();
            await Task.Delay(s_look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Look()
    {
        var behind = time.Behind;
        var isApart = behind.Duration() >= Jump;
        if (isApart && !_hasJumped)
        {
            LogJumped(behind.TotalSeconds, behind.Duration() / SteadyTime.MostSlew);
        }
        else if (!isApart && _hasJumped)
        {
            LogBack();
        }

        _hasJumped = isApart;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The machine's clock has jumped by {Seconds:0.0} s: the pool's own follows it within {Within}, so that no segment is late for it. A restart takes it over at once")]
    private partial void LogJumped(double seconds, TimeSpan within);

    [LoggerMessage(Level = LogLevel.Information, Message = "The pool's clock is the machine's again")]
    private partial void LogBack();
}
