using System.CommandLine;
using System.Reflection;

namespace Pool.Worker.Cli;

/// <summary>The command line of <c>pool-worker</c>.</summary>
internal static class WorkerCommands
{
    /// <summary>Name and version, as the pool and people read it.</summary>
    public static string Software { get; } =
        $"pool-worker {typeof(WorkerCommands).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown"}";

    public static Task<int> RunAsync(string[] args)
    {
        var version = new Command("version", "Show the version.");
        version.SetAction(_ => Console.WriteLine(Software));
        var root = new RootCommand("Pool.Worker: transcodes video for a Livepeer pool and is paid for it.") { RunCommand.Create(), version };

        // Signals are ours: the first drains, the second ends (RunCommand).
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }
}
