using System.CommandLine;
using System.Globalization;
using Pool.Benchmarks.Kit;
using Spectre.Console;

namespace Pool.Benchmarks.Transcode;

/// <summary>720p30 to a ladder of four, by the worker's engine and by ffmpeg with the same settings, in turn.</summary>
internal static class TranscodeBenchmark
{
    private const int DefaultRuns = 5;
    private const int DefaultSeconds = 20;
    private const double GoalToPerSegment = 1.05;
    private const double GoalToWhole = 0.97;
    private const double GoalTwoStreams = 1.0;
    private const double GoalPsnrDb = 0.1;
    private const double GoalBitrate = 0.03;
    private const double BytesPerMegabyte = 1e6;

    public static Command Command()
    {
        var json = BenchmarkReport.JsonOption();
        var runs = new Option<int>("--runs") { Description = "Measured runs of each.", DefaultValueFactory = _ => DefaultRuns };
        var seconds = new Option<int>("--seconds") { Description = "Length of the clip.", DefaultValueFactory = _ => DefaultSeconds };
        var video = new Option<string?>("--video") { Description = "Take the beginning of this video instead of a generated one.", HelpName = "FILE" };
        var command = new Command("transcode", "720p30 to 720p, 480p, 360p and 240p against ffmpeg.") { json, runs, seconds, video };
        command.SetAction(result => RunAsync(
            new Wish(result.GetValue(json), Math.Max(1, result.GetValue(runs)), Math.Max(TranscodeScene.SegmentSeconds, result.GetValue(seconds)), result.GetValue(video)),
            TimeProvider.System));
        return command;
    }

    private static async Task<int> RunAsync(Wish wish, TimeProvider time)
    {
        var folder = Directory.CreateTempSubdirectory("pool-bench-").FullName;
        try
        {
            var scene = await TranscodeScene.MakeAsync(folder, wish.Video, wish.Seconds, time);
            var contestants = new Contestants(scene, BuiltFiles.Worker, time);
            var one = await MeasureAsync(wish.Runs, new()
            {
                [Contestants.Pool] = () => contestants.RunPoolAsync(1),
                [Contestants.PerSegment] = contestants.RunPerSegmentAsync,
                [Contestants.Whole] = () => contestants.RunWholeAsync(1),
            });
            var quality = await CompareAsync(scene, contestants, wish.Seconds);
            var two = await MeasureAsync(wish.Runs, new()
            {
                [Contestants.Pool] = () => contestants.RunPoolAsync(2),
                [Contestants.Whole] = () => contestants.RunWholeAsync(2),
            });
            return Report(wish, one, two, quality);
        }
        catch (InvalidOperationException failure)
        {
            await Console.Error.WriteLineAsync($"transcode: {failure.Message}");
            return 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Runs the contestants in turn, every second round the other way round, so that whatever else the machine does falls on all of them.
    /// Ratios are taken within a round, for the same reason.
    /// </summary>
    private static async Task<Dictionary<string, Series>> MeasureAsync(int runs, Dictionary<string, Func<Task<ProcessFigures>>> contestants)
    {
        var figures = contestants.Keys.ToDictionary(name => name, _ => new List<ProcessFigures>(), StringComparer.Ordinal);
        for (var round = 0; round < runs; round++)
        {
            foreach (var (name, run) in round % 2 == 0 ? contestants : contestants.Reverse())
            {
                figures[name].Add(await run());
            }
        }

        var pool = figures[Contestants.Pool];
        return figures.ToDictionary(
            entry => entry.Key,
            entry => new Series(
                Spread.Of(entry.Value.Select(one => one.Elapsed)), entry.Value.Max(one => one.PeakBytes) / BytesPerMegabyte,
                Ratio.Of(entry.Value.Select((one, round) => one.Elapsed / pool[round].Elapsed))),
            StringComparer.Ordinal);
    }

    private static async Task<IReadOnlyList<QualityRow>> CompareAsync(TranscodeScene scene, Contestants contestants, int seconds)
    {
        var rows = new List<QualityRow>();
        foreach (var (name, width, height, _) in TranscodeScene.Ladder)
        {
            var file = $"{name}.ts";
            rows.Add(new QualityRow(
                name,
                await OfAsync(Path.Combine(contestants.FolderOf("pool"), file)),
                await OfAsync(await contestants.JoinSegmentsAsync(file)),
                await OfAsync(Path.Combine(contestants.FolderOf("whole1"), file))));
            Task<Quality> OfAsync(string path) => RenditionQuality.OfAsync(path, scene.Clip, width, height, seconds);
        }

        return rows;
    }

    private static int Report(Wish wish, Dictionary<string, Series> one, Dictionary<string, Series> two, IReadOnlyList<QualityRow> quality)
    {
        Goal[] goals =
        [
            Goal.AtLeast("one stream, against an ffmpeg per segment", one[Contestants.PerSegment].ToPool.Median, GoalToPerSegment),
            Goal.AtLeast("one stream, against one ffmpeg over all", one[Contestants.Whole].ToPool.Median, GoalToWhole),
            Goal.AtLeast("two streams at once, against two ffmpegs", two[Contestants.Whole].ToPool.Median, GoalTwoStreams),
            Goal.AtMost("peak memory over one ffmpeg's, one stream", one[Contestants.Pool].PeakMegabytes / one[Contestants.Whole].PeakMegabytes, 1),
            Goal.AtMost("peak memory over two ffmpegs', two streams", two[Contestants.Pool].PeakMegabytes / two[Contestants.Whole].PeakMegabytes, 1),
            Goal.AtMost("largest loss of PSNR against either, dB", quality.Max(row => Math.Max(row.PerSegment.PsnrDb, row.Whole.PsnrDb) - row.Pool.PsnrDb), GoalPsnrDb),
            Goal.AtMost("largest difference in bitrate, segments against segments", quality.Max(row => Math.Abs((row.Pool.KilobitsPerSecond / row.PerSegment.KilobitsPerSecond) - 1)), GoalBitrate),
        ];
        var met = goals.All(goal => goal.Met);
        Print(wish, one, two, quality, goals);
        var figures = new { Bench = "transcode", wish.Runs, wish.Seconds, wish.Video, BenchmarkReport.Machine, OneStream = one, TwoStreams = two, Quality = quality, Goals = goals, Met = met };
        return BenchmarkReport.Finish("transcode", wish.Json, figures);
    }

    private static void Print(
        Wish wish, Dictionary<string, Series> one, Dictionary<string, Series> two, IReadOnlyList<QualityRow> quality, Goal[] goals)
    {
        var times = new Table().AddColumns($"{wish.Seconds} s of 720p30, {wish.Runs} runs in turn", "streams", "median s", "least", "most", "time over the pool's", "peak MB");
        foreach (var (streams, series) in ((int, Dictionary<string, Series>)[])[(1, one), (2, two)])
        {
            foreach (var (name, figures) in series)
            {
                times.AddRow(name, Text(streams, "0"), Seconds(figures.Milliseconds.Median), Seconds(figures.Milliseconds.Least),
                    Seconds(figures.Milliseconds.Most), $"{Text(figures.ToPool.Median, "0.000")} ({Text(figures.ToPool.Least, "0.00")} – {Text(figures.ToPool.Most, "0.00")})",
                    Text(figures.PeakMegabytes, "0"));
            }
        }

        var qualities = new Table().AddColumns("rendition", "PSNR dB", "per segment", "one ffmpeg", "kbit/s", "per segment", "one ffmpeg");
        foreach (var row in quality)
        {
            Quality[] all = [row.Pool, row.PerSegment, row.Whole];
            qualities.AddRow([row.Rendition, .. all.Select(one => Text(one.PsnrDb, "0.00")), .. all.Select(one => Text(one.KilobitsPerSecond, "0"))]);
        }

        AnsiConsole.Write(times);
        AnsiConsole.Write(qualities);
        Goal.Print(goals);
    }

    /// <summary>The worker's program lies beside this one's project.</summary>
    private static string Seconds(double milliseconds) => Text(milliseconds / 1000, "0.00");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private sealed record Wish(string? Json, int Runs, int Seconds, string? Video);

    private sealed record Series(Spread Milliseconds, double PeakMegabytes, Ratio ToPool);

    /// <summary>Times over the pool's times in the same rounds.</summary>
    private sealed record Ratio(double Median, double Least, double Most)
    {
        public static Ratio Of(IEnumerable<double> rounds)
        {
            double[] sorted = [.. rounds.Order()];
            return new Ratio(sorted[sorted.Length / 2], sorted[0], sorted[^1]);
        }
    }

    private sealed record QualityRow(string Rendition, Quality Pool, Quality PerSegment, Quality Whole);
}
