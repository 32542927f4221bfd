using System.CommandLine;

namespace Pool.Gateway.Cli;

/// <summary>Runs a command line; a mistake in it is one line and exit code 2.</summary>
public static class CommandLine
{
    /// <summary>How long a run that is told to stop may take to end its sessions and processes.</summary>
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(5);

    /// <summary>Parses and runs.</summary>
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"{parsed.Errors[0].Message} (--help shows what there is)");
            return ExitCode.BadInput;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = s_stopLimit });
    }
}
