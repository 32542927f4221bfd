using System.Diagnostics;
using System.Runtime.InteropServices;
using Pool.Worker.Tests.Connection;

namespace Pool.Worker.Tests.Cli;

/// <summary>The built <c>pool-worker</c> as a process.</summary>
internal sealed class WorkerProgram : IDisposable
{
    private const int Sigint = 2;
    private const int Sigterm = 15;

    private readonly TaskCompletionSource _spoken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private WorkerProgram(Process process)
    {
        _process = process;
        _output = ReadOutputAsync(process.StandardOutput);
        _error = process.StandardError.ReadToEndAsync();
    }

    public static WorkerProgram Start(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "pool-worker.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new WorkerProgram(Process.Start(start)!);
    }

    /// <summary>Asks the process to end, as <c>kill</c> does.</summary>
    public void Terminate() => Assert.Equal(0, Kill(_process.Id, Sigterm));

    /// <summary>What Ctrl-C does to every process of the terminal.</summary>
    public void Interrupt() => Assert.Equal(0, Kill(_process.Id, Sigint));

    /// <summary>Completes with the first character of output.</summary>
    public Task HasSpoken => _spoken.Task.WaitAsync(Patience.Limit);

    public void CloseInput() => _process.StandardInput.Close();

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

    private async Task<string> ReadOutputAsync(StreamReader output)
    {
        var first = new char[1];
        var count = await output.ReadAsync(first.AsMemory());
        _spoken.TrySetResult();
        return new string(first, 0, count) + await output.ReadToEndAsync();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
