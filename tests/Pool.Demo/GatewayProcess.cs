using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pool.Gateway.Cli;
using Pool.Gateway.Progress;

namespace Pool.Demo;

/// <summary>Runs the test gateway as a process and takes its events.</summary>
public static class GatewayProcess
{
    /// <summary>Runs it to its end; its exit code is the answer. Cancelling ends it.</summary>
    /// <param name="request">What to stream.</param>
    /// <param name="folder">Its output folder.</param>
    /// <param name="report">Where it writes its report.</param>
    /// <param name="onEvent">Takes every event, one at a time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UserFaultException">It cannot be started.</exception>
    public static async Task<int> RunAsync(
        DemoRequest request, string folder, string report, Action<ProgressEvent> onEvent, CancellationToken cancellationToken)
    {
        using var process = Start(request, folder, report);
        await using var ending = cancellationToken.Register(static state => Kill((Process)state!), process);
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            onEvent(Read(line));
        }

        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    /// <summary>Reads a line of events; anything else is a remark.</summary>
    internal static ProgressEvent Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ProgressEvent>(line, GatewayJson.Line) ?? new Remark(line);
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            return new Remark(line);
        }
    }

    /// <summary>The program and its first arguments: a .dll is run by dotnet, anything else is split at its blanks.</summary>
    internal static IReadOnlyList<string> Command(string gateway)
    {
        if (File.Exists(gateway))
        {
            return gateway.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? ["dotnet", gateway] : [gateway];
        }

        var words = gateway.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length > 0 ? words : throw new UserFaultException("--gateway is empty.");
    }

    private static Process Start(DemoRequest request, string folder, string report)
    {
        var command = Command(request.Gateway);
        var start = new ProcessStartInfo(command[0],
        [
            .. command.Skip(1), "stream", request.Video, "--orchestrator", request.Orchestrator, "--out", folder,
            "--streams", request.Streams.ToString(CultureInfo.InvariantCulture), "--report", report, "--progress", "json",
            .. request.Profiles is { } profiles ? (string[])["--profiles", profiles] : [],
            .. request.Chain is { } chain ? (string[])["--eth-key", chain.GatewayKey, "--rpc", chain.Rpc.ToString(), "--ticket-broker", chain.TicketBroker, "--ticket-log", chain.TicketLog] : [],
        ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        try
        {
            return Process.Start(start) ?? throw new UserFaultException($"{command[0]} did not start.");
        }
        catch (Win32Exception fault)
        {
            throw new UserFaultException($"The test gateway cannot be started with '{request.Gateway}': {fault.Message}", fault);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }
}
