using System.Globalization;
using Pool.Gateway.Progress;
using Pool.Gateway.Reports;

namespace Pool.Demo;

/// <summary>What the demo says at its end: what came of it, how to watch it, who did the work, and where to look next.</summary>
public static class ClosingWords
{
    /// <summary>Errors that are repeated at the end; all of them are in the report.</summary>
    private const int ErrorsShown = 5;

    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(StreamReport report, Books books, Money? money, DemoRequest request)
    {
        yield return "";
        yield return PlainProgress.Text(ReportBuilder.Summary(report));
        foreach (var error in report.Errors.Take(ErrorsShown))
        {
            yield return $"  not right: {error}";
        }

        if (report.Errors.Count > ErrorsShown)
        {
            yield return $"  and {report.Errors.Count - ErrorsShown} more";
        }

        if (report.Segments.Ok > 0)
        {
            yield return "  VLC, mpv or ffplay play it";
        }

        foreach (var worker in books.Workers)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Worker {DemoScreen.Abbreviate(worker.NodeKey)}: {worker.Segments} segments, {worker.Pixels} pixels, for payee {DemoScreen.Abbreviate(worker.Payee)}");
        }

        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"The books: {books.BookedSegments} segments and {books.BookedPixels} pixels in {books.Contributions} contributions");
        foreach (var line in money?.Lines() ?? [])
        {
            yield return line;
        }

        if (request.Report is { } file)
        {
            yield return $"Report: {Path.GetFullPath(file)}";
        }

        yield return request.Once
            ? "Look next: the report, the renditions, and docs/architecture.md for how it works"
            : "Look next: ./pool status, ./pool ledger accounts, and docs/architecture.md for how it works";
    }
}
