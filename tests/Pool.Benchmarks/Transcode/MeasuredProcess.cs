using System.Diagnostics;
using System.Globalization;
using Pool.Benchmarks.Kit;

namespace Pool.Benchmarks.Transcode;

/// <summary>What a program took, with the processes that it started.</summary>
/// <param name="Elapsed">From before its start to after its end.</param>
/// <param name="PeakBytes">Most memory that all its processes held together; a page that several share counts once.</param>
internal sealed record ProcessFigures(TimeSpan Elapsed, long PeakBytes);

/// <summary>Runs a program and looks at the memory of its process tree while it runs (Linux: <c>/proc</c>).</summary>
internal static class MeasuredProcess
{
    /// <summary>Looking stops the process that is looked at: a longer interval disturbs less, and a peak lasts for most of a segment.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Resident memory, shared pages divided among those who share them.</summary>
    private const string SharedField = "Pss:";

    /// <summary>The same without dividing: what is left to see of a process that lets nobody look into it, unless one is root.</summary>
    private const string ResidentField = "VmRSS:";

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
        var peak = 0L;
        while (!exited.IsCompleted)
        {
            peak = Math.Max(peak, MemoryOf(process.Id));
            await Task.WhenAny(exited, Task.Delay(s_interval, time));
        }

        await exited;
        var elapsed = time.GetElapsedTime(start);
        await output;
        return process.ExitCode == 0
            ? new ProcessFigures(elapsed, peak)
            : throw new InvalidOperationException($"{program} failed ({process.ExitCode}): {(await said).Trim()}");
    }

    /// <summary>Memory of a process and all that it started; 0 of one that has ended.</summary>
    private static long MemoryOf(int processId)
    {
        try
        {
            var own = ProcessMemory.Bytes($"/proc/{processId}/smaps_rollup", SharedField) ?? ProcessMemory.Bytes($"/proc/{processId}/status", ResidentField) ?? 0;
            return own + Directory.EnumerateDirectories($"/proc/{processId}/task")
                .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Sum(child => MemoryOf(int.Parse(child, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
