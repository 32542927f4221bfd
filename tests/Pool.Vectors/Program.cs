using System.CommandLine;
using Pool.Vectors;

var files = new Argument<string[]>("FILE")
{
    Description = "Vector files: JSON with one array of cases per section.",
    Arity = ArgumentArity.OneOrMore,
};
var command = new RootCommand("Checks vector files against the real code: a line per failing case, then 'N passed, N failed'.") { files };
command.SetAction(result =>
{
    var tally = new VectorRun(SectionRegistry.Sections, Console.Out).Run(result.GetRequiredValue(files));
    return tally.Failed == 0 && tally.Passed > 0 ? 0 : 1;
});
var parsed = command.Parse(args);
foreach (var mistake in parsed.Errors)
{
    Console.Error.WriteLine($"vectors: {mistake.Message}");
}

return parsed.Errors.Count > 0 ? 2 : parsed.Invoke();
