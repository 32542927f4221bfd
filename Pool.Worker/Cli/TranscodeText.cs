using System.Globalization;

namespace Pool.Worker.Cli;

/// <summary>The report of <c>pool-worker transcode</c> for a person.</summary>
internal static class TranscodeText
{
    private const double BytesPerMegabyte = 1e6;
    private const double BitsPerByte = 8;
    private const double BitsPerKilobit = 1000;

    public static IEnumerable<string> Lines(TranscodeReport report)
    {
        var first = report.Streams[0];
        var frames = report.Streams.Sum(stream => stream.Segments.Sum(segment => segment.Frames));
        var times = report.Streams.SelectMany(stream => stream.Segments).Select(segment => segment.Milliseconds).Order().ToArray();
        yield return string.Create(CultureInfo.InvariantCulture, $"{report.Input}: {Count(first.Segments.Count, "segment")}, {report.MediaSeconds:0.0} s of video{Times(report.Streams.Count)}");
        yield return string.Create(CultureInfo.InvariantCulture, $"{frames} frames on {report.Device} in {report.Seconds:0.0} s: {report.RealTimeRatio:0.00} × real time; a segment took {times[times.Length / 2]:0} ms (median), {times[^1]:0} ms at most");
        var width = first.Renditions.Max(rendition => rendition.Profile.Length);
        foreach (var rendition in report.Streams.SelectMany(stream => stream.Renditions))
        {
            var kilobits = report.MediaSeconds > 0 ? rendition.Bytes * BitsPerByte / BitsPerKilobit / report.MediaSeconds : 0;
            yield return string.Create(CultureInfo.InvariantCulture, $"  {rendition.Profile.PadRight(width)}  {rendition.Bytes / BytesPerMegabyte,7:0.00} MB  {kilobits,6:0} kbit/s  {Where(rendition)}");
        }
    }

    private static string Where(TranscodedRendition rendition) => rendition.Paths.Count == 1
        ? rendition.Paths[0]
        : $"{rendition.Paths[0]} … {Path.GetFileName(rendition.Paths[^1])}";

    private static string Times(int streams) => streams == 1 ? "" : $", {streams} times at once";

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
