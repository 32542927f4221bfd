using Npgsql;

namespace Pool.Server.Workers;

/// <summary>Writes joins down that came while the database was away, as soon as it is back.</summary>
internal sealed class LateJoins(WorkerBook book, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var next = book.NextLate;
            foreach (var join in book.Late)
            {
                await WriteAsync(join, stoppingToken);
            }

            if (book.Late.Count == 0)
            {
                await next.WaitAsync(stoppingToken);
            }
        }
    }

    /// <summary>One that fails is tried again with the others.</summary>
    private async Task WriteAsync(JoinEntry join, CancellationToken stoppingToken)
    {
        try
        {
            await book.WriteLateAsync(join, stoppingToken);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            await Task.Delay(s_pause, time, stoppingToken);
        }
    }
}
