using System.CommandLine;
using Pool.Gateway.Cli;

var root = new RootCommand("A gateway of the Livepeer network for tests: it speaks to an orchestrator exactly as a stock gateway does.")
{
    StreamCommand.Build(), ServeCommand.Build(), ClipCommand.Build(),
};
return await CommandLine.RunAsync(root, args);
