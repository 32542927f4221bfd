using System.CommandLine;
using Pool.Benchmarks;
using Pool.Benchmarks.Edge;
using Pool.Benchmarks.Ledger;
using Pool.Benchmarks.Relay;
using Pool.Benchmarks.Tickets;
using Pool.Benchmarks.Transcode;
using Pool.Benchmarks.Workers;

var command = new RootCommand("Measures hot paths against their yardsticks, side by side in one run.")
{
    KeccakBenchmark.Command(), TranscodeBenchmark.Command(), EdgeBenchmark.Command(), LedgerBenchmark.Command(), RelayBenchmark.Command(), TicketsBenchmark.Command(), WorkersBenchmark.Command(), StoreAndForward.Command(),
};
var parsed = command.Parse(args.Length > 0 ? args : ["--help"]);
foreach (var mistake in parsed.Errors)
{
    Console.Error.WriteLine($"bench: {mistake.Message}");
}

return parsed.Errors.Count > 0 ? 2 : parsed.Invoke();
