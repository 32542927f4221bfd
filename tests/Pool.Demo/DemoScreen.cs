using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pool.Demo;

/// <summary>How streams and workers look: tables on a terminal, one line elsewhere.</summary>
public static class DemoScreen
{
    private const double PixelsPerMegapixel = 1e6;

    /// <summary>Letters of a stream's bar: the table fits a terminal of 80 columns.</summary>
    private const int BarLength = 20;

    /// <summary>Remarks under the tables: more would push them off the screen. All of them are in the report.</summary>
    private const int RemarksShown = 4;

    /// <summary>The state as tables.</summary>
    /// <param name="streams">None while the gateway still cuts the video into segments.</param>
    /// <param name="elapsed">Time since the streams began.</param>
    public static IRenderable Tables(
        IReadOnlyList<StreamLine> streams, PoolStatus status, TimeSpan elapsed, IReadOnlyList<string> remarks) => new Rows(
    [
        streams.Count > 0 ? StreamTable(streams) : new Text("The gateway cuts the video into segments …"),
        WorkerTable(status),
        new Text(streams.Count > 0 ? Totals(streams, status, elapsed) : ""),
        .. remarks.TakeLast(RemarksShown).Select(remark => new Text(remark)),
    ]);

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

    private static Table StreamTable(IReadOnlyList<StreamLine> streams)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns(Words("Stream"), Words("Segments back"), Figures("Failed"), Figures("Last round trip"));
        foreach (var stream in streams)
        {
            table.AddRow(
                Markup.Escape(stream.Name), $"{Bar(stream)} {stream.Answered,3} of {stream.Segments}",
                stream.Failed > 0 ? $"[red]{stream.Failed}[/]" : "0", stream.RoundTripMs is { } trip ? Number(trip, "0 ms") : "–");
        }

        return table;
    }

    private static Table WorkerTable(PoolStatus status)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(
            Words("Worker"), Words("Device"), Figures("Busy"), Figures("Segments"), Figures("Mpixels"), Figures("MP/s"));
        foreach (var worker in status.Workers)
        {
            table.AddRow(
                Abbreviate(worker.NodeKey), Markup.Escape(worker.Device), worker.Connected ? $"{worker.InFlight} of {worker.Capacity}" : "away",
                worker.Segments.ToString(CultureInfo.InvariantCulture), Megapixels(worker),
                worker.MegapixelsPerSecond is { } speed ? Number(speed, "0.0") : "–");
        }

        return table;
    }

    private static string Bar(StreamLine stream)
    {
        var all = Math.Max(1, stream.Segments);
        var answered = BarLength * Math.Min(stream.Answered, all) / all;
        var failed = BarLength * Math.Min(stream.Answered + stream.Failed, all) / all - answered;
        return $"[green]{Line(answered)}[/][red]{Line(failed)}[/][grey]{Line(BarLength - answered - failed)}[/]";
    }

    private static string Line(int length) => new('━', length);

    private static TableColumn Words(string name) => new(name);

    private static TableColumn Figures(string name) => new TableColumn(name).RightAligned();

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
