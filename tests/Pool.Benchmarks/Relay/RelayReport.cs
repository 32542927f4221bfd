using System.Globalization;
using Spectre.Console;

namespace Pool.Benchmarks.Relay;

/// <summary>The same figure of the pool and of the yardstick.</summary>
internal sealed record Pair<T>(T Pool, T Yardstick);

/// <param name="SegmentsPerSecond">Segments that came back, renditions fetched.</param>
/// <param name="ProcessorMilliseconds">Processor time of the server for each.</param>
internal sealed record Throughput(double SegmentsPerSecond, double ProcessorMilliseconds)
{
    public static Throughput Median(IEnumerable<Throughput> blocks)
    {
        var sorted = blocks.OrderBy(block => block.SegmentsPerSecond).ToList();
        return sorted[sorted.Count / 2];
    }
}

/// <param name="RoundTripMilliseconds">Round trip between pool and worker.</param>
/// <param name="Milliseconds">A segment's time.</param>
internal sealed record DelayRow(int RoundTripMilliseconds, Spread Milliseconds);

/// <param name="SourceBytes">Bytes of the segment.</param>
/// <param name="RenditionBytes">Bytes of its renditions together.</param>
/// <param name="Rounds">Segments of each, one at a time.</param>
/// <param name="Keccak">Time to hash both once, milliseconds.</param>
/// <param name="Latency">One at a time; the yardstick does not hash.</param>
/// <param name="Throughput">Many at once; the yardstick hashes.</param>
/// <param name="Delays">One at a time over longer and longer lines.</param>
internal sealed record RelayFigures(
    int SourceBytes, int RenditionBytes, int Rounds, Spread Keccak, Pair<Spread> Latency, Pair<Throughput> Throughput, IReadOnlyList<DelayRow> Delays);

/// <summary>The table, the goals and the JSON.</summary>
internal static class RelayReport
{
    private const double GoalAddedMilliseconds = 3;
    private const double GoalTail = 4;
    private const double GoalThroughput = 0.6;
    private const double GoalSlope = 2;

    public static int Print(RelayFigures figures, string? json)
    {
        var (pool, bare) = figures.Latency;
        var slope = Slope(figures.Delays);
        Goal[] goals =
        [
            Goal.AtMost("added to the bare round trip, beyond hashing, ms", pool.Median - bare.Median - figures.Keccak.Median, GoalAddedMilliseconds),
            Goal.AtMost("99 % of the pool's segments, in medians", pool.Tail / pool.Median, GoalTail),
            Goal.AtLeast("throughput, against the bare one that hashes", figures.Throughput.Pool.SegmentsPerSecond / figures.Throughput.Yardstick.SegmentsPerSecond, GoalThroughput),
            Goal.AtMost("time over round-trip time to the worker", slope, GoalSlope),
        ];
        var met = goals.All(goal => goal.Met);
        Tables(figures);
        Goal.Print(goals);
        return BenchmarkReport.Finish("relay", json, new { Bench = "relay", BenchmarkReport.Machine, Figures = figures, Slope = slope, Goals = goals, Met = met });
    }

    /// <summary>Least squares: what a millisecond of round trip adds.</summary>
    private static double Slope(IReadOnlyList<DelayRow> rows)
    {
        var (x, y) = (rows.Average(row => row.RoundTripMilliseconds), rows.Average(row => row.Milliseconds.Median));
        return rows.Sum(row => (row.RoundTripMilliseconds - x) * (row.Milliseconds.Median - y)) / rows.Sum(row => Math.Pow(row.RoundTripMilliseconds - x, 2));
    }

    private static void Tables(RelayFigures figures)
    {
        var one = new Table().AddColumns($"{Text(figures.SourceBytes / 1e6, "0.00")} MB in, {Text(figures.RenditionBytes / 1e6, "0.00")} MB out, ms", "median", "10 %", "90 %", "99 %");
        Row(one, "pool, one at a time", figures.Latency.Pool);
        Row(one, "bare store-and-forward", figures.Latency.Yardstick);
        Row(one, "Keccak-256 of the same bytes", figures.Keccak);
        foreach (var delay in figures.Delays)
        {
            Row(one, $"pool, {delay.RoundTripMilliseconds} ms to the worker and back", delay.Milliseconds);
        }

        var many = new Table().AddColumns("many at once", "segments/s", "server's processor ms each");
        many.AddRow("pool", Text(figures.Throughput.Pool.SegmentsPerSecond, "0.0"), Text(figures.Throughput.Pool.ProcessorMilliseconds, "0.0"));
        many.AddRow("bare, hashing", Text(figures.Throughput.Yardstick.SegmentsPerSecond, "0.0"), Text(figures.Throughput.Yardstick.ProcessorMilliseconds, "0.0"));
        AnsiConsole.Write(one);
        AnsiConsole.Write(many);
    }

    private static void Row(Table table, string name, Spread spread) =>
        table.AddRow(name, Text(spread.Median, "0.0"), Text(spread.Low, "0.0"), Text(spread.High, "0.0"), Text(spread.Tail, "0.0"));

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
