using System.CommandLine;
using Pool.Benchmarks;

var command = new RootCommand("Measures hot paths against their yardsticks, side by side in one run.") { KeccakBenchmark.Command() };
return command.Parse(args).Invoke();
