using Npgsql;

namespace Pool.Server.Data;

/// <summary>When to stop trying.</summary>
/// <param name="RetryFor">No further attempt begins after this time, except the second: that one is for connections that died in the pool.</param>
/// <param name="Limit">All attempts together end after this time, also one that is running.</param>
public readonly record struct Patience(TimeSpan RetryFor, TimeSpan Limit);

/// <summary>
/// Database work that is done again, on a fresh connection, when it failed for a reason that passes: a Postgres that was restarted leaves
/// dead connections in the pool, and is away for a moment itself. Only for work that may be done twice.
/// </summary>
public sealed partial class DatabaseRetry(NpgsqlDataSource database, TimeProvider time, ILogger<DatabaseRetry> logger)
{
    /// <summary>The second attempt comes after this time; every later wait is twice as long.</summary>
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Classes of SQLSTATE that speak of the server or the way to it, not of the statement: connection, other transactions, resources, operator, not ready, system.</summary>
    private static readonly string[] s_passingClasses = ["08", "40", "53", "57", "55", "58", "XX"];

    /// <summary>Runs <paramref name="work"/> until it succeeds, fails for good, or <paramref name="patience"/> is over.</summary>
    /// <param name="work">Is called anew for every attempt, so it opens its own connection.</param>
    /// <param name="patience">When to stop trying.</param>
    /// <param name="cancellationToken">The caller has lost interest.</param>
    /// <exception cref="NpgsqlException">The last attempt's fault.</exception>
    /// <exception cref="TimeoutException">The database said nothing at all in time.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, Patience patience, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        using var limit = new CancellationTokenSource(patience.Limit, time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        for (var (attempt, pause) = (1, s_firstPause); ; attempt++, pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            try
            {
                return await work(until.Token);
            }
            catch (Exception failure) when (FaultIn(failure) is { } fault && MayPass(fault) && !until.IsCancellationRequested
                && (attempt == 1 || time.GetElapsedTime(since) < patience.RetryFor))
            {
                LogAgain(fault.Message);
                database.Clear();
            }
            catch (OperationCanceledException late) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"The database has not answered within {patience.Limit}.", late);
            }

            await Task.Delay(pause, time, until.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether an exception says that the database is away rather than that the statement is wrong.</summary>
    public static bool IsAway(Exception exception) => exception is TimeoutException || (FaultIn(exception) is { } fault && MayPass(fault));

    /// <summary>EF Core wraps what Npgsql throws.</summary>
    private static NpgsqlException? FaultIn(Exception exception) => exception as NpgsqlException ?? exception.InnerException as NpgsqlException;

    /// <summary>A fault without a SQLSTATE is one of the connection.</summary>
    private static bool MayPass(NpgsqlException fault) =>
        fault is not PostgresException refused || s_passingClasses.Any(start => refused.SqlState.StartsWith(start, StringComparison.Ordinal));

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database failed and is asked again: {Fault}")]
    private partial void LogAgain(string fault);
}
