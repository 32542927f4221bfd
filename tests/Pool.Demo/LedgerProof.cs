using System.Diagnostics;
using Pool.Gateway.Cli;

namespace Pool.Demo;

/// <summary>Has the ledger proven, by the operator's own command.</summary>
public static class LedgerProof
{
    /// <summary>Whether it is right, and what was said.</summary>
    /// <exception cref="UserFaultException">The command cannot be run.</exception>
    public static async Task<(bool IsRight, string Words)> RunAsync(string command, CancellationToken cancellationToken)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new UserFaultException($"{command} did not start.");
        var (said, wrong) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode == 0, $"{await said}{await wrong}".Trim());
    }
}
