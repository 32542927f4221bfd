using System.Diagnostics;

namespace Pool.EndToEnd.Tests.Kit;

/// <summary>How a program ended.</summary>
public sealed record ProgramResult(int ExitCode, string Output, string Errors);

/// <summary>Runs a program that is not ours, to its end.</summary>
internal static class ProgramRun
{
    /// <summary>Runs it; one that does not end is killed, and the test fails.</summary>
    public static async Task<ProgramResult> RunAsync(string program, IEnumerable<string> arguments, string input = "")
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(RunningPool.Patience);
        await using var killing = limit.Token.Register(() => process.Kill(entireProcessTree: true));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(limit.Token);
        return new ProgramResult(process.ExitCode, await output, await errors);
    }
}
