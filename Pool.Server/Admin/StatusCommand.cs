using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Pool.Server.Node;

namespace Pool.Server.Admin;

/// <summary><c>pool-server status</c>: asks the running server and prints one screen, or the JSON as it is.</summary>
public static class StatusCommand
{
    public static async Task<int> RunAsync(NodeOptions node, bool asJson, TextWriter output, CancellationToken cancellationToken)
    {
        var path = OperatorToken.PathIn(node);
        if (!File.Exists(path))
        {
            throw new StartUpException($"No server has run in {node.Home}: {path} is not there (POOL_HOME).");
        }

        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{node.WebPort}") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(path, cancellationToken)).Trim());
        try
        {
            if (asJson)
            {
                await output.WriteLineAsync(await http.GetStringAsync(AdminRoom.StatusPath, cancellationToken));
                return 0;
            }

            var status = await http.GetFromJsonAsync<PoolStatus>(AdminRoom.StatusPath, JsonSerializerOptions.Web, cancellationToken);
            await PrintAsync(status ?? throw new StartUpException("The server answered nothing."), output);
            return 0;
        }
        catch (HttpRequestException unreachable)
        {
            throw new StartUpException($"No server answers on port {node.WebPort} of this machine (POOL_WEB_PORT): {unreachable.Message}", unreachable);
        }
    }

    private static async Task PrintAsync(PoolStatus status, TextWriter output)
    {
        var up = TimeProvider.System.GetUtcNow() - status.Node.StartedAt;
        await output.WriteLineAsync($"Pool {status.Node.Version} at {status.Node.ServiceUri}, up {Lasting(up)}, off-chain");
        await output.WriteLineAsync(status.Totals is null
            ? "The database is away: what was done cannot be read now."
            : $"Segments {status.Totals.Segments}: {status.Totals.SegmentsOk} transcoded, {status.Totals.SegmentsFailed} not; {Millions(status.Totals.Pixels)} Mpixels");
        await output.WriteLineAsync();
        await output.WriteLineAsync($"{"WORKER",-44}{"DEVICE",-8}{"STATE",-10}{"LOAD",6}{"SEGMENTS",10}{"MPIXELS",12}{"MP/S",8}");
        foreach (var worker in status.Workers)
        {
            var speed = worker.MegapixelsPerSecond?.ToString("F1", CultureInfo.InvariantCulture) ?? "-";
            await output.WriteLineAsync(
                $"{worker.NodeKey,-44}{worker.Device,-8}{(worker.Connected ? "connected" : "away"),-10}{$"{worker.InFlight}/{worker.Capacity}",6}{worker.Segments?.ToString(CultureInfo.InvariantCulture) ?? "?",10}{(worker.Pixels is { } pixels ? Millions(pixels) : "?"),12}{speed,8}");
        }

        await output.WriteLineAsync();
        await output.WriteLineAsync($"{status.Sessions.Count} sessions");
        foreach (var session in status.Sessions)
        {
            await output.WriteLineAsync($"  {session.ManifestId} ({session.Id}): {session.Segments} segments{(session.Active ? ", working" : "")}");
        }
    }

    /// <summary>A length of time as people say it: its two largest units.</summary>
    internal static string Lasting(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => $"{Math.Max(0, time.Seconds)} s",
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds} s",
        { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes} min",
        _ => $"{time.Days} d {time.Hours} h",
    };

    private static string Millions(string pixels) =>
        (decimal.Parse(pixels, CultureInfo.InvariantCulture) / 1_000_000).ToString("F1", CultureInfo.InvariantCulture);
}
