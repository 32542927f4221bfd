using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pool.Demo;

/// <summary>One stream as the screen shows it.</summary>
public sealed record StreamLine(string Name, int Segments, int Answered, int Failed, double RoundTripMs);

/// <summary>Shows streams and workers while they work: a table on a terminal, a line a second elsewhere.</summary>
public sealed class DemoScreen
{
    private readonly Dictionary<string, StreamLine> _streams = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Takes one line of the gateway's events; anything that is none is shown as it is.</summary>
    public void Take(string line)
    {
        using var json = TryParse(line);
        if (json is null)
        {
            Console.WriteLine(line);
            return;
        }

        var happened = json.RootElement;
        var kind = happened.GetProperty("event").GetString();
        if (kind == "note")
        {
            Console.WriteLine(happened.GetProperty("text").GetString() ?? "");
        }

        if (!happened.TryGetProperty("stream", out var name) || name.GetString() is not { } stream)
        {
            return;
        }

        lock (_gate)
        {
            var known = _streams.GetValueOrDefault(stream) ?? new StreamLine(stream, 0, 0, 0, 0);
            _streams[stream] = kind switch
            {
                "streamStarted" => known with { Segments = happened.GetProperty("segments").GetInt32() },
                "segmentAnswered" => known with { Answered = known.Answered + 1, RoundTripMs = happened.GetProperty("roundTripMs").GetDouble() },
                "segmentFailed" => known with { Failed = known.Failed + 1 },
                _ => known,
            };
        }
    }

    /// <summary>The screen as tables.</summary>
    public Rows Draw(PoolStatus status, TimeSpan elapsed)
    {
        var streams = new Table().Border(TableBorder.Rounded).AddColumns("Stream", "Segments", "Failed", "Round trip");
        foreach (var stream in Streams())
        {
            streams.AddRow(stream.Name, $"{stream.Answered} / {stream.Segments}", stream.Failed.ToString(), Text($"{stream.RoundTripMs:0} ms"));
        }

        var workers = new Table().Border(TableBorder.Rounded).AddColumns("Worker", "Device", "Busy", "Segments", "Mpixels", "Mpixels/s");
        foreach (var worker in status.Workers)
        {
            workers.AddRow(
                Shortened(worker.NodeKey), worker.Device, $"{worker.InFlight} / {worker.Capacity}", worker.Segments.ToString(),
                Text($"{(double)worker.PixelCount / 1e6:0.0}"), worker.MegapixelsPerSecond is { } speed ? Text($"{speed:0.0}") : "-");
        }

        return new Rows(streams, workers, new Markup(Text($"[grey]{elapsed:mm\\:ss} elapsed[/]")));
    }

    /// <summary>The screen as one line.</summary>
    public string Line(PoolStatus status, TimeSpan elapsed) => string.Join("  ",
        [
            elapsed.ToString("mm\\:ss", CultureInfo.InvariantCulture),
            .. Streams().Select(stream => $"{stream.Name} {stream.Answered}/{stream.Segments}"),
            .. status.Workers.Select(worker => $"{Shortened(worker.NodeKey)} {worker.Segments}"),
        ]);

    /// <summary>First and last digits of an address, as people compare them.</summary>
    public static string Shortened(string address) => address.Length < 12 ? address : $"{address[..6]}…{address[^4..]}";

    private List<StreamLine> Streams()
    {
        lock (_gate)
        {
            return [.. _streams.Values.OrderBy(stream => stream.Name, StringComparer.Ordinal)];
        }
    }

    private static JsonDocument? TryParse(string line)
    {
        try
        {
            return line.StartsWith('{') ? JsonDocument.Parse(line) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
