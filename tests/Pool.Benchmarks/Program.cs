using System.CommandLine;
using Pool.Benchmarks;
using Pool.Benchmarks.Transcode;

var command = new RootCommand("Measures hot paths against their yardsticks, side by side in one run.") { KeccakBenchmark.Command(), TranscodeBenchmark.Command() };
return command.Parse(args).Invoke();
