using System.CommandLine;
using Pool.Tests.Chain.Cli;

var root = new RootCommand("A chain on this machine with Livepeer's contracts, for tests and the demo.")
{
    RunCommand.Build(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    await Console.Error.WriteLineAsync($"{parsed.Errors[0].Message} (--help shows what there is)");
    return 2;
}

return await parsed.InvokeAsync();
