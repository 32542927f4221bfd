using System.Diagnostics;
using System.Globalization;

namespace Pool.Benchmarks.Transcode;

/// <summary>What a program took, with the processes that it started.</summary>
/// <param name="Elapsed">From before its start to after its end.</param>
/// <param name="PeakBytes">Peaks of resident memory of all its processes, added up.</param>
internal sealed record ProcessFigures(TimeSpan Elapsed, long PeakBytes);

/// <summary>Runs a program and looks at the memory of its process tree while it runs (Linux: <c>/proc</c>).</summary>
internal static class MeasuredProcess
{
    /// <summary>How often the tree is looked at. The kernel keeps each peak, so only what happens in a process's last moment can be missed.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(20);

    private const string PeakField = "VmHWM:";
    private const long BytesPerKibibyte = 1024;

    /// <summary>Runs to the end.</summary>
    /// <exception cref="InvalidOperationException">The program failed; the message holds the end of what it said.</exception>
    public static async Task<ProcessFigures> RunAsync(string program, IEnumerable<string> arguments, TimeProvider time)
    {
        var start = time.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        var said = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        var exited = process.WaitForExitAsync();
        var peaks = new Dictionary<int, long>();
        while (!exited.IsCompleted)
        {
            Look(process.Id, peaks);
            await Task.WhenAny(exited, Task.Delay(s_interval, time));
        }

        await exited;
        var elapsed = time.GetElapsedTime(start);
        await output;
        return process.ExitCode == 0
            ? new ProcessFigures(elapsed, peaks.Values.Sum())
            : throw new InvalidOperationException($"{program} failed ({process.ExitCode}): {(await said).Trim()}");
    }

    private static void Look(int processId, Dictionary<int, long> peaks)
    {
        try
        {
            var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(line => line.StartsWith(PeakField, StringComparison.Ordinal));
            if (line is not null)
            {
                var kibibytes = long.Parse(line[PeakField.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.Integer, CultureInfo.InvariantCulture);
                peaks[processId] = Math.Max(peaks.GetValueOrDefault(processId), kibibytes * BytesPerKibibyte);
            }

            foreach (var thread in Directory.EnumerateDirectories($"/proc/{processId}/task"))
            {
                foreach (var child in File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    Look(int.Parse(child, CultureInfo.InvariantCulture), peaks);
                }
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked.
        }
    }
}
