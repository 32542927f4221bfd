using System.CommandLine;
using Pool.Demo;
using Pool.Gateway.Cli;

var root = new RootCommand("The demo's screen and report: streams a video through a running pool and holds both sides' books together.")
{
    RunCommand.Build(),
};
return await CommandLine.RunAsync(root, args);
