using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Pool.Demo;

/// <summary>Runs the gateway against a running pool, shows both sides, and holds what one received against what the other booked.</summary>
public sealed class DemoRun(
    string video, string orchestrator, string gateway, string output, int streams, string? reportFile, StatusClient pool)
{
    private const int Failed = 1;

    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(1);

    /// <summary>A result is booked before it is answered, so the books agree at once; a page or two may still be on its way.</summary>
    private const int AgreementReads = 10;

    private static readonly JsonSerializerOptions s_indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly DemoScreen _screen = new();

    private sealed record Share(string NodeKey, string Payee, long Segments, BigInteger Pixels);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var client = pool;
        var before = await pool.ReadAsync(cancellationToken);
        var gatewayReport = Path.Combine(Path.GetTempPath(), $"pool-demo-{Guid.NewGuid():N}.json");
        try
        {
            Console.WriteLine($"Streaming {Path.GetFileName(video)} as {streams} live streams through the pool at {orchestrator}");
            var code = await StreamAsync(gatewayReport, cancellationToken);
            return File.Exists(gatewayReport)
                ? await ConcludeAsync(code, before, await File.ReadAllTextAsync(gatewayReport, cancellationToken), cancellationToken)
                : Math.Max(code, Failed);
        }
        finally
        {
            File.Delete(gatewayReport);
        }
    }

    private async Task<int> StreamAsync(string gatewayReport, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet",
            [
                gateway, "stream", video, "--orchestrator", orchestrator, "--out", output,
                "--streams", streams.ToString(CultureInfo.InvariantCulture), "--report", gatewayReport, "--progress", "json",
            ])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            },
        };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text)
            {
                _screen.Take(text);
            }
        };
        process.Start();
        process.BeginOutputReadLine();
        await using var stop = cancellationToken.Register(() => process.Kill());
        await ShowAsync(process, cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    private async Task ShowAsync(Process process, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var ended = process.WaitForExitAsync(cancellationToken);
        if (AnsiConsole.Profile.Out.IsTerminal)
        {
            var status = await pool.ReadAsync(cancellationToken);
            await AnsiConsole.Live(_screen.Draw(status, watch.Elapsed)).StartAsync(async live =>
            {
                do
                {
                    live.UpdateTarget(_screen.Draw(await pool.ReadAsync(cancellationToken), watch.Elapsed));
                }
                while (await IsRunningAsync(ended, cancellationToken));
                live.UpdateTarget(_screen.Draw(await pool.ReadAsync(cancellationToken), watch.Elapsed));
            });
            return;
        }

        var last = "";
        while (await IsRunningAsync(ended, cancellationToken))
        {
            var line = _screen.Line(await pool.ReadAsync(cancellationToken), watch.Elapsed);
            if (line[6..] != last)
            {
                last = line[6..];
                Console.WriteLine(line);
            }
        }
    }

    private static async Task<bool> IsRunningAsync(Task ended, CancellationToken cancellationToken) =>
        await Task.WhenAny(ended, Task.Delay(s_refresh, cancellationToken)) != ended;

    private async Task<int> ConcludeAsync(int gatewayCode, PoolStatus before, string gatewayJson, CancellationToken cancellationToken)
    {
        var report = JsonNode.Parse(gatewayJson)!.AsObject();   // the gateway wrote it
        var segments = report["segments"]!["ok"]!.GetValue<long>();
        var pixels = report["renditions"]!.AsArray().Aggregate(BigInteger.Zero, (sum, rendition) => sum + BigInteger.Parse(rendition!["pixels"]!.GetValue<string>()));
        var (shares, contributions) = await AgreeAsync(before, segments, pixels, cancellationToken);
        var (bookedSegments, bookedPixels) = (shares.Sum(share => share.Segments), shares.Aggregate(BigInteger.Zero, (sum, share) => sum + share.Pixels));
        report["workers"] = JsonSerializer.SerializeToNode(
            shares.Select(share => new { share.NodeKey, share.Payee, share.Segments, Pixels = share.Pixels.ToString() }), s_indented);
        report["totals"] = JsonSerializer.SerializeToNode(new { Segments = bookedSegments, Pixels = bookedPixels.ToString(), Contributions = contributions }, s_indented);
        if (reportFile is not null)
        {
            await File.WriteAllTextAsync(reportFile, report.ToJsonString(s_indented), cancellationToken);
        }

        Print(report, shares);
        if (bookedSegments != segments || bookedPixels != pixels)
        {
            Console.WriteLine($"The books do not agree: the gateway received {segments} segments with {pixels} pixels, the workers were credited {bookedSegments} with {bookedPixels}.");
            return Failed;
        }

        return gatewayCode;
    }

    private async Task<(IReadOnlyList<Share> Shares, long Contributions)> AgreeAsync(PoolStatus before, long segments, BigInteger pixels, CancellationToken cancellationToken)
    {
        for (var read = 1; ; read++)
        {
            var now = await pool.ReadAsync(cancellationToken);
            List<Share> shares =
            [
                .. now.Workers.Select(worker =>
                {
                    var earlier = before.Workers.FirstOrDefault(known => known.NodeKey == worker.NodeKey);
                    return new Share(worker.NodeKey, worker.Payee, worker.Segments - (earlier?.Segments ?? 0), worker.PixelCount - (earlier?.PixelCount ?? 0));
                }),
            ];
            var agrees = shares.Sum(share => share.Segments) == segments && shares.Aggregate(BigInteger.Zero, (sum, share) => sum + share.Pixels) == pixels;
            if (agrees || read == AgreementReads)
            {
                return (shares, now.Totals.Contributions - before.Totals.Contributions);
            }

            await Task.Delay(s_refresh, cancellationToken);
        }
    }

    private void Print(JsonObject report, IReadOnlyList<Share> shares)
    {
        var (sent, ok) = (report["segments"]!["sent"]!.GetValue<long>(), report["segments"]!["ok"]!.GetValue<long>());
        var ratio = report["realTimeRatio"]!.GetValue<double>();
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{ok} of {sent} segments came back right, at {ratio:0.00}x real time; round trip p50 {report["roundTripMs"]!["p50"]!.GetValue<double>():0} ms, p95 {report["roundTripMs"]!["p95"]!.GetValue<double>():0} ms."));
        foreach (var error in report["errors"]!.AsArray())
        {
            Console.WriteLine($"  {error}");
        }

        foreach (var share in shares)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Worker {share.NodeKey}: {share.Segments} segments, {(double)share.Pixels / 1e6:0.0} Mpixels, for payee {share.Payee}"));
        }

        Console.WriteLine($"Play it: ffplay {report["playlist"]}");
        if (reportFile is not null)
        {
            Console.WriteLine($"Report: {Path.GetFullPath(reportFile)}");
        }
    }
}
