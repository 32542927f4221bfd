using System.CommandLine;
using System.Globalization;
using Pool.Benchmarks.Kit;
using Pool.Gateway.Reports;
using Spectre.Console;

namespace Pool.Benchmarks.Edge;

/// <summary>The network's edge while streams run: failures, memory, and how long a gateway waits for terms on a fresh TLS connection.</summary>
internal static class EdgeBenchmark
{
    private const int DefaultStreams = 30;
    private const int DefaultSeconds = 120;
    private const int MaxStreams = 256;

    /// <summary>Workers, and the segments each takes at once before it has been measured: room for every stream, and for those who ask.</summary>
    private const int StreamsPerWorker = 5;
    private const int WorkerCapacity = 8;

    /// <summary>A gateway's discovery waits 500 ms for all orchestrators (protocol §1.4); who is slower than this loses to others.</summary>
    private const double GoalCallMs = 200;

    /// <summary>Memory of the run's last quarter ÷ its second's: in the first the heap still settles. A leak of some KB for each request would be above it.</summary>
    private const double GoalGrowth = 1.1;

    private const int FailuresShown = 10;
    private const double BytesPerMegabyte = 1e6;

    /// <summary>Everything is compiled and every connection open by then.</summary>
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(15);

    public static Command Command()
    {
        var json = BenchmarkReport.JsonOption();
        var streams = new Option<int>("--streams") { Description = "Streams at once.", DefaultValueFactory = _ => DefaultStreams };
        var seconds = new Option<int>("--seconds") { Description = "Length of the measured run.", DefaultValueFactory = _ => DefaultSeconds };
        var command = new Command("edge", "GetOrchestrator on fresh TLS connections while streams run with workers that answer at once.") { json, streams, seconds };
        command.SetAction(result => RunAsync(
            new Wish(result.GetValue(json), Math.Clamp(result.GetValue(streams), 1, MaxStreams), Math.Max(4, result.GetValue(seconds))), TimeProvider.System));
        return command;
    }

    private static async Task<int> RunAsync(Wish wish, TimeProvider time)
    {
        var folder = Directory.CreateTempSubdirectory("pool-bench-").FullName;
        try
        {
            var media = await PreparedMedia.MakeAsync(time);
            await using var pool = await PoolUnderLoad.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal), time);
            var workers = await JoinAsync(pool, media, wish.Streams, time);
            var figures = await new EdgeLoad(pool, media, folder, time).RunAsync(wish.Streams, s_warmUp, TimeSpan.FromSeconds(wish.Seconds));
            var losses = workers.Select(worker => worker.Complaint).OfType<string>().ToList();
            await Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));
            return Report(wish, figures, losses);
        }
        catch (InvalidOperationException failure)
        {
            await Console.Error.WriteLineAsync($"edge: {failure.Message}");
            return 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<InstantWorker>> JoinAsync(PoolUnderLoad pool, PreparedMedia media, int streams, TimeProvider time)
    {
        var workers = new List<InstantWorker>();
        for (var number = 0; number < (streams + StreamsPerWorker - 1) / StreamsPerWorker; number++)
        {
            workers.Add(await InstantWorker.JoinAsync(pool.WebPort, media.Renditions, WorkerCapacity, time));
        }

        return workers;
    }

    private static int Report(Wish wish, EdgeFigures figures, List<string> complaints)
    {
        List<string> failed = [.. figures.Failures, .. complaints.Select(complaint => $"a worker: {complaint}")];
        var (calls, trips) = (Times(figures.Calls), Times(figures.RoundTrips));
        var quarter = Math.Max(1, figures.Memory.Count / 4);
        var (second, last) = (Megabytes(figures.Memory.Skip(quarter).Take(quarter)), Megabytes(figures.Memory.TakeLast(quarter)));
        var failures = failed.Count;
        Goal[] goals =
        [
            new("failures", failures, "none", failures == 0),
            new("GetOrchestrator on a fresh TLS connection, 99th percentile, ms", calls?.Tail ?? 0, $"below {GoalCallMs:0}", calls?.Tail < GoalCallMs),
            new("the server's memory, last quarter ÷ second", last / second, $"at most {Text(GoalGrowth)}", last / second <= GoalGrowth),
        ];
        var met = goals.All(goal => goal.Met);
        Print(wish, figures, failed, calls, trips, second, last);
        Goal.Print(goals);
        var all = new
        {
            Bench = "edge",
            wish.Streams,
            wish.Seconds,
            BenchmarkReport.Machine,
            Calls = figures.Calls.Count,
            GetOrchestratorMs = calls,
            Segments = figures.RoundTrips.Count,
            RoundTripMs = trips,
            MemoryMegabytes = new { SecondQuarter = second, LastQuarter = last, EverySecond = figures.Memory.Select(bytes => bytes / BytesPerMegabyte) },
            figures.ServerCpu,
            Failures = failed,
            Goals = goals,
            Met = met,
        };
        return BenchmarkReport.Finish("edge", wish.Json, all);
    }

    private static void Print(Wish wish, EdgeFigures figures, List<string> failed, Spread? calls, Spread? trips, double second, double last)
    {
        var table = new Table().AddColumns($"{wish.Streams} streams, {wish.Seconds} s, ms", "number", "median", "90 %", "99 %", "most");
        Row(table, "GetOrchestrator, fresh TLS", figures.Calls.Count, calls);
        Row(table, "segment, 1 MB in, 4 renditions out", figures.RoundTrips.Count, trips);
        AnsiConsole.Write(table);
        Console.WriteLine($"server: {Text(second)} MB of memory in the second quarter, {Text(last)} MB in the last, {Text(figures.ServerCpu)} processors");
        foreach (var failure in failed.Take(FailuresShown))
        {
            Console.WriteLine($"failed: {failure}");
        }
    }

    private static void Row(Table table, string name, int number, Spread? times) =>
        table.AddRow([name, $"{number}", .. new[] { times?.Median, times?.High, times?.Tail, times?.Most }.Select(value => value is { } known ? Text(known) : "–")]);

    /// <summary>Null when nothing went well.</summary>
    private static Spread? Times(IReadOnlyList<TimeSpan> times) => times.Count > 0 ? Spread.Of(times) : null;

    private static double Megabytes(IEnumerable<long> bytes) => (Figures.Percentile([.. bytes.Select(value => (double)value)], 0.5) ?? 0) / BytesPerMegabyte;

    private static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private sealed record Wish(string? Json, int Streams, int Seconds);
}
