using System.CommandLine;
using System.Globalization;
using Pool.Benchmarks.Kit;
using Pool.Benchmarks.Relay;
using Pool.Gateway.Network;
using Pool.Worker.Connection;
using Spectre.Console;

namespace Pool.Benchmarks.Workers;

/// <summary>
/// Many connected workers, each with the worker's own link: what they cost the server while nothing is to be done, and how soon all are back when
/// the server is killed and started again, with a gateway's session going on.
/// </summary>
internal static class WorkersBenchmark
{
    private const int DefaultWorkers = 10_000;
    private const int JoiningAtOnce = 64;
    private const double GoalKilobytes = 80;
    private const double GoalIdleShare = 0.1;
    private const double GoalStormSeconds = 30;
    private const double BytesPerKilobyte = 1000;

    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_stormLimit = TimeSpan.FromMinutes(3);

    private sealed record Figures(int Workers, bool Tls, double JoinSeconds, double KilobytesEach, double IdleShare, double StormSeconds, bool SessionKept);

    public static Command Command()
    {
        var json = BenchmarkReport.JsonOption();
        var workers = new Option<int>("--workers") { Description = "How many connect.", DefaultValueFactory = _ => DefaultWorkers };
        var tls = new Option<bool>("--tls") { Description = "They come by HTTPS, with a certificate that is made for this run, as the goal of memory means it." };
        var command = new Command("workers", "What connected workers cost the server, and how soon all are back after it was killed.") { json, workers, tls };
        command.SetAction(result => RunAsync(result.GetValue(json), Math.Max(1, result.GetValue(workers)), result.GetValue(tls), TimeProvider.System));
        return command;
    }

    private static async Task<int> RunAsync(string? json, int count, bool tls, TimeProvider time)
    {
        var crowd = new List<InstantWorker>(count);
        try
        {
            var media = await PreparedMedia.MakeAsync(time);
            await using var pool = await PoolUnderLoad.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal), time, tls);
            await Task.Delay(s_settling, time);
            var empty = pool.Process.OwnMemoryBytes;
            var joinSeconds = await JoinAsync(crowd, pool.Web, count, media, time);
            await Task.Delay(s_settling, time);
            var share = await IdleShareAsync(pool.Process, time);
            var kilobytes = (pool.Process.OwnMemoryBytes - empty) / BytesPerKilobyte / count;
            await using var stream = await PoolStream.OpenAsync(pool.Network, media, "storm");
            await stream.SendAsync();
            var storm = await StormAsync(pool, crowd, time);
            var figures = new Figures(count, tls, joinSeconds, kilobytes, share, storm, await IsKeptAsync(stream));
            return Report(figures, json);
        }
        catch (Exception failure) when (failure is InvalidOperationException or HttpRequestException or GrpcCallException or TimeoutException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"workers: {failure.Message}");
            return 1;
        }
        finally
        {
            await Task.WhenAll(crowd.Select(worker => worker.DisposeAsync().AsTask()));
        }
    }

    private static async Task<double> JoinAsync(List<InstantWorker> crowd, PoolAddress pool, int count, PreparedMedia media, TimeProvider time)
    {
        var began = time.GetTimestamp();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = JoiningAtOnce }, async (_, _) =>
        {
            var worker = await InstantWorker.JoinAsync(pool, media.Renditions, sessions: 1, time);
            lock (crowd)
            {
                crowd.Add(worker);
            }
        });
        return time.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> IdleShareAsync(ServerProcess server, TimeProvider time)
    {
        var (before, began) = (server.ProcessorTime, time.GetTimestamp());
        await Task.Delay(s_idle, time);
        return (server.ProcessorTime - before) / time.GetElapsedTime(began);
    }

    /// <summary>Seconds from the moment in which the new process is ready until every worker has joined again.</summary>
    private static async Task<double> StormAsync(PoolUnderLoad pool, List<InstantWorker> crowd, TimeProvider time)
    {
        await pool.KillAndStartAsync();
        var began = time.GetTimestamp();
        while (crowd.Any(worker => worker.Joins < 2))
        {
            if (time.GetElapsedTime(began) > s_stormLimit)
            {
                throw new InvalidOperationException($"{crowd.Count(worker => worker.Joins < 2)} workers were not back after {s_stormLimit.TotalSeconds} s");
            }

            await Task.Delay(s_look, time);
        }

        return time.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<bool> IsKeptAsync(PoolStream stream)
    {
        try
        {
            await stream.SendAsync();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static int Report(Figures figures, string? json)
    {
        Goal[] goals =
        [
            Goal.AtMost($"memory of a connected worker {Line(figures)}, KB", figures.KilobytesEach, GoalKilobytes),
            Goal.AtMost("processor time while nothing is to be done, in cores", figures.IdleShare, GoalIdleShare),
            Goal.AtMost("until all are back after the server was killed, s", figures.StormSeconds, GoalStormSeconds),
            Goal.AtLeast("the gateway's session goes on (1 = yes)", figures.SessionKept ? 1 : 0, 1),
        ];
        var table = new Table().AddColumns("workers", "line", "joined in s", "KB each", "idle, cores", "back in s");
        table.AddRow(
            Text(figures.Workers, "0"), Line(figures), Text(figures.JoinSeconds, "0.0"), Text(figures.KilobytesEach, "0.0"), Text(figures.IdleShare, "0.000"), Text(figures.StormSeconds, "0.0"));
        AnsiConsole.Write(table);
        Goal.Print(goals);
        return BenchmarkReport.Finish("workers", json, new { Bench = "workers", BenchmarkReport.Machine, Figures = figures, Goals = goals, Met = goals.All(goal => goal.Met) });
    }

    private static string Line(Figures figures) => figures.Tls ? "with TLS" : "without TLS";

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
