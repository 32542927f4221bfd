using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Pool.Gateway.Cli;

namespace Pool.Gateway.Media;

/// <summary>How an ffmpeg or ffprobe process ended.</summary>
/// <param name="ExitCode">0 when the tool was content.</param>
/// <param name="Output">Standard output, unless it was taken line by line.</param>
/// <param name="Errors">The end of standard error.</param>
public sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The last line the tool complained with; never empty.</summary>
    public string LastError
    {
        get
        {
            var lines = Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return lines.Length == 0 ? $"it ended with code {ExitCode}" : lines[^1];
        }
    }
}

/// <summary>Runs the command line tools of FFmpeg. Cancelling kills the process.</summary>
public static class MediaTool
{
    /// <summary>Complaints that are kept: enough for the last line, whatever a damaged file makes ffmpeg say.</summary>
    private const int KeptErrorCharacters = 4096;

    /// <summary>Runs <c>ffmpeg</c>.</summary>
    /// <exception cref="UserFaultException">ffmpeg is not installed.</exception>
    public static Task<ToolResult> FfmpegAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        RunAsync("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", "-y", .. arguments], onLine: null, background: false,
            cancellationToken);

    /// <summary>Runs <c>ffmpeg</c> and hands over its standard output line by line, for an input that has no end yet.</summary>
    /// <exception cref="UserFaultException">ffmpeg is not installed.</exception>
    public static Task<ToolResult> FfmpegLinesAsync(
        IReadOnlyList<string> arguments, Action<string> onLine, CancellationToken cancellationToken) =>
        RunAsync("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", "-y", .. arguments], onLine, background: false,
            cancellationToken);

    /// <summary>Runs <c>ffprobe</c>.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="background">Whether it should give way to everything else on the machine.</param>
    /// <param name="cancellationToken">Kills the process.</param>
    /// <exception cref="UserFaultException">ffprobe is not installed.</exception>
    public static Task<ToolResult> FfprobeAsync(
        IReadOnlyList<string> arguments, bool background, CancellationToken cancellationToken) =>
        RunAsync("ffprobe", ["-hide_banner", "-loglevel", "error", .. arguments], onLine: null, background, cancellationToken);

    /// <summary>Runs <c>ffprobe</c> and hands over its output line by line, for output that grows with the file.</summary>
    /// <exception cref="UserFaultException">ffprobe is not installed.</exception>
    public static Task<ToolResult> FfprobeLinesAsync(
        IReadOnlyList<string> arguments, Action<string> onLine, CancellationToken cancellationToken) =>
        RunAsync("ffprobe", ["-hide_banner", "-loglevel", "error", .. arguments], onLine, background: false, cancellationToken);

    /// <summary>A path as FFmpeg takes it literally, whatever characters it holds.</summary>
    public static string Literal(string path) => "file:" + Path.GetFullPath(path);

    private static async Task<ToolResult> RunAsync(
        string tool, IReadOnlyList<string> arguments, Action<string>? onLine, bool background, CancellationToken cancellationToken)
    {
        using var process = Start(tool, arguments, background);
        await using var killing = cancellationToken.Register(static state => Kill((Process)state!), process);
        var errors = ReadEndAsync(process.StandardError);
        var output = "";
        if (onLine is null)
        {
            output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        }
        else
        {
            while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
            {
                onLine(line);
            }
        }

        var complaints = await errors;
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return new ToolResult(process.ExitCode, output, complaints);
    }

    private static Process Start(string tool, IReadOnlyList<string> arguments, bool background)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            var process = Process.Start(start) ?? throw new UserFaultException($"{tool} did not start.");
            if (background)
            {
                GiveWay(process);
            }

            return process;
        }
        catch (Win32Exception fault)
        {
            throw new UserFaultException($"{tool} is needed and cannot be started ({fault.Message}); on Debian or Ubuntu: apt-get install ffmpeg", fault);
        }
    }

    private static void GiveWay(Process process)
    {
        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException)
        {
            // It has ended already, or may not be told: both cost only politeness.
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

    private static async Task<string> ReadEndAsync(StreamReader reader)
    {
        var kept = new StringBuilder();
        var buffer = new char[KeptErrorCharacters];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            kept.Append(buffer, 0, read);
            if (kept.Length > KeptErrorCharacters)
            {
                kept.Remove(0, kept.Length - KeptErrorCharacters);
            }
        }

        return kept.ToString();
    }
}
