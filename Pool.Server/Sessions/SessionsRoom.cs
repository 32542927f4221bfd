namespace Pool.Server.Sessions;

/// <summary>A stream's life on our side.</summary>
public static class SessionsRoom
{
    public static WebApplicationBuilder AddSessions(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<SessionsOptions, SessionsOptionsValidator>().BindConfiguration(SessionsOptions.Section);
        builder.Services.AddSingleton<SessionRegistry>();
        builder.Services.AddHostedService<IdleSessionCloser>();
        return builder;
    }
}

/// <summary>Looks for idle sessions every few seconds.</summary>
internal sealed class IdleSessionCloser(SessionRegistry sessions, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            sessions.CloseIdle();
        }
    }
}
