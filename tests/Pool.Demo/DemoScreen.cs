using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pool.Demo;

/// <summary>How streams and workers look: tables on a terminal, one line elsewhere.</summary>
public static class DemoScreen
{
    private const double PixelsPerMegapixel = 1e6;

    /// <summary>Remarks under the tables: more would push them off the screen. All of them are in the report.</summary>
    private const int RemarksShown = 4;

    /// <summary>The state as tables.</summary>
    public static IRenderable Tables(
        IReadOnlyList<StreamLine> streams, PoolStatus status, TimeSpan elapsed, IReadOnlyList<string> remarks)
    {
        var streamTable = new Table().Border(TableBorder.Rounded)
            .AddColumns("Stream", "Segments back", "Failed", "Last round trip");
        foreach (var stream in streams)
        {
            streamTable.AddRow(
                Markup.Escape(stream.Name), $"{stream.Answered} of {stream.Segments}", stream.Failed.ToString(),
                stream.RoundTripMs is { } trip ? Number(trip, "0 ms") : "–");
        }

        var workerTable = new Table().Border(TableBorder.Rounded)
            .AddColumns("Worker", "Device", "Busy", "Segments", "Mpixels", "MP/s");
        foreach (var worker in status.Workers)
        {
            workerTable.AddRow(
                Abbreviate(worker.NodeKey), Markup.Escape(worker.Device), worker.Connected ? $"{worker.InFlight} of {worker.Capacity}" : "away",
                worker.Segments.ToString(), Megapixels(worker),
                worker.MegapixelsPerSecond is { } speed ? Number(speed, "0.0") : "–");
        }

        return new Rows(
        [
            streamTable, workerTable, new Text(Totals(streams, status, elapsed)),
            .. remarks.TakeLast(RemarksShown).Select(remark => new Text(remark)),
        ]);
    }

    /// <summary>The state as one line, without the time.</summary>
    public static string Line(IReadOnlyList<StreamLine> streams, PoolStatus status) => string.Join("  ",
    [
        .. streams.Select(stream => $"{stream.Name} {stream.Answered}/{stream.Segments}{(stream.Failed > 0 ? $" ({stream.Failed} failed)" : "")}"),
        "|",
        .. status.Workers.Select(worker => $"{Abbreviate(worker.NodeKey)} {worker.Segments} segments, {Megapixels(worker)} MP"),
    ]);

    /// <summary>First and last digits of a key, as people compare them.</summary>
    public static string Abbreviate(string key) => key.Length <= 12 ? key : $"{key[..6]}…{key[^4..]}";

    /// <summary>Pixels in millions, for people.</summary>
    public static string Megapixels(System.Numerics.BigInteger pixels) => Number((double)pixels / PixelsPerMegapixel, "0.0");

    /// <summary>Minutes and seconds.</summary>
    public static string Clock(TimeSpan elapsed) => string.Create(CultureInfo.InvariantCulture, $"{(int)elapsed.TotalMinutes:00}:{elapsed.Seconds:00}");

    private static string Totals(IReadOnlyList<StreamLine> streams, PoolStatus status, TimeSpan elapsed)
    {
        var share = streams.Sum(stream => stream.Segments) is > 0 and var all
            ? (double)streams.Sum(stream => stream.Answered) / all * streams.Max(stream => stream.MediaSeconds)
            : 0;
        var ratio = elapsed > TimeSpan.Zero ? share / elapsed.TotalSeconds : 0;
        return $"{Clock(elapsed)} elapsed, {status.Totals.SegmentsOk} segments in the books, {Number(ratio, "0.00")} × real time";
    }

    private static string Megapixels(WorkerStatus worker) => Megapixels(worker.PixelCount());

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
