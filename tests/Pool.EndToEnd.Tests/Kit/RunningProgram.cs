using System.Diagnostics;
using System.Text;

namespace Pool.EndToEnd.Tests.Kit;

/// <summary>A program that runs beside the test. What it says is read all the time, so that a full pipe never stops it; the end is kept.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private const int KeptCharacters = 256 * 1024;

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly Task _reading;

    private RunningProgram(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>The end of what it said.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    /// <summary>Waits until it has ended and all that it said has been read.</summary>
    public Task WaitForEndAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Starts it.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables it gets beside the test's own; those of a node (POOL_…) are never handed on.</param>
    public static RunningProgram Start(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("POOL_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        return new RunningProgram(process);
    }

    /// <summary>Asks it to end by SIGTERM and waits until it has.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited)
        {
            await Signals.SendAsync("TERM", _process.Id);
        }

        await Patience.ForAsync($"the end of a program that was told to stop; it said: {Said}", _process.WaitForExitAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        // Not for its output: a child that it left behind may hold that open.
        await Patience.ForAsync("the end of a killed program", Task.Run(() => _process.WaitForExit(Patience.Limit)));
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        var buffer = new char[1024];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            lock (_said)
            {
                _said.Append(buffer, 0, read);
                _said.Remove(0, Math.Max(0, _said.Length - KeptCharacters));
            }
        }
    }
}

/// <summary>Signals to processes of the tests' own.</summary>
internal static class Signals
{
    /// <summary>Sends a signal by its name without SIG, e.g. <c>KILL</c>.</summary>
    public static async Task SendAsync(string signal, int processId)
    {
        var sent = await ProgramRun.RunAsync("kill", ["-s", signal, processId.ToString()]);
        Assert.True(sent.ExitCode == 0, sent.Errors);
    }
}
