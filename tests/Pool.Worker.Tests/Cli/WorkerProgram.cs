using System.Diagnostics;
using System.Runtime.InteropServices;
using Pool.Worker.Tests.Connection;

namespace Pool.Worker.Tests.Cli;

/// <summary>The built <c>pool-worker</c> as a process.</summary>
internal sealed class WorkerProgram : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private WorkerProgram(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public static WorkerProgram Start(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "pool-worker.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new WorkerProgram(Process.Start(start)!);
    }

    /// <summary>Asks the process to end, as <c>kill</c> does.</summary>
    public void Terminate() => Assert.Equal(0, Kill(_process.Id, Sigterm));

    public async Task<(int Exit, string Output, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return (_process.ExitCode, await _output, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private const int Sigterm = 15;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
