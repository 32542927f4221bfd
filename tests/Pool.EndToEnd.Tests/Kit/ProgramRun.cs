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
        }) ?? throw new InvalidOperationException($"{program} did not start.");
        try
        {
            return await Patience.ForAsync($"the end of {program} {string.Join(' ', process.StartInfo.ArgumentList)}", ReadAsync(process, input));
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task<ProgramResult> ReadAsync(Process process, string input)
    {
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return new ProgramResult(process.ExitCode, await output, await errors);
    }
}
