using System.CommandLine;
using System.Globalization;
using Npgsql;
using Spectre.Console;

namespace Pool.Benchmarks.Ledger;

/// <summary>How fast what is settled comes into Postgres, durably, beside COPY of the same rows; and how fast money moves in the ledger.</summary>
internal static class LedgerBenchmark
{
    private const int DefaultContributions = 10_000;
    private const int DefaultRounds = 5;
    private const int MaxContributions = 200_000;
    private const int MaxRounds = 50;
    private const int Workers = 1_000;

    /// <summary>Contributions a second that must come into the books.</summary>
    private const double GoalPerSecond = 5_000;

    private sealed record Wish(string? Json, int Contributions, int Rounds);

    private sealed record Figures(
        IReadOnlyList<ContributionRound> Contributions, IReadOnlyList<TransferRound> Transfers, int Acknowledged, long Lost, int LedgerFindings, double LedgerCheckSeconds);

    public static Command Command()
    {
        var json = BenchmarkReport.JsonOption();
        var contributions = new Option<int>("--contributions") { Description = "Contributions and transfers of a round.", DefaultValueFactory = _ => DefaultContributions };
        var rounds = new Option<int>("--rounds") { Description = "Measured rounds.", DefaultValueFactory = _ => DefaultRounds };
        var command = new Command("ledger", "Contributions into Postgres against COPY of the same rows, and transfers of the money ledger.") { json, contributions, rounds };
        command.SetAction(result => RunAsync(
            new Wish(result.GetValue(json), Math.Clamp(result.GetValue(contributions), 100, MaxContributions), Math.Clamp(result.GetValue(rounds), 1, MaxRounds)), TimeProvider.System));
        return command;
    }

    private static async Task<int> RunAsync(Wish wish, TimeProvider time)
    {
        try
        {
            await using var books = await BooksUnderLoad.StartAsync();
            var workers = await books.JoinAsync(Workers);
            var contributions = new ContributionRounds(books, workers, wish.Contributions, time);
            var transfers = new TransferRounds(books, workers, wish.Contributions, time);
            await contributions.PrepareAsync();
            await transfers.PrepareAsync();
            var (measured, moved) = (new List<ContributionRound>(), new List<TransferRound>());
            for (var round = 0; round <= wish.Rounds; round++)
            {
                measured.Add(await contributions.RunAsync());
                moved.Add(await transfers.RunAsync());
            }

            // In the first round everything is compiled and every file made.
            var check = await transfers.CheckAsync();
            return Report(wish, new Figures(
                measured[1..], moved[1..], contributions.Acknowledged, await contributions.CountLostAsync(), check.Findings, check.Time.TotalSeconds));
        }
        catch (Exception failure) when (failure is InvalidOperationException or NpgsqlException)
        {
            await Console.Error.WriteLineAsync($"ledger: {failure.Message}");
            return 1;
        }
    }

    private static int Report(Wish wish, Figures figures)
    {
        var booked = Median(figures.Contributions, round => round.Booked);
        var ratio = Median(figures.Contributions, round => round.Booked / round.Copied);
        var table = new Table().AddColumns("per second", "median", "least", "most");
        Row(table, "contributions: durable and acknowledged", figures.Contributions, round => round.Acknowledged);
        Row(table, "contributions: in the books", figures.Contributions, round => round.Booked);
        Row(table, "COPY of the same contributions", figures.Contributions, round => round.Copied);
        Row(table, "transfers, many in a posting", figures.Transfers, round => round.InBatches);
        Row(table, "transfers, each by itself", figures.Transfers, round => round.Alone);
        Row(table, "COPY of the same transfers", figures.Transfers, round => round.Copied);
        AnsiConsole.Write(table);
        Console.WriteLine($"ratio to COPY: contributions {Text(ratio, "0.00")}, transfers in batches {Text(Median(figures.Transfers, round => round.InBatches / round.Copied), "0.00")}");
        Console.WriteLine($"the check of the ledger took {Text(figures.LedgerCheckSeconds, "0.00")} s");
        Goal[] goals =
        [
            Goal.AtLeast("contributions into the books a second", booked, GoalPerSecond),
            new($"of {figures.Acknowledged} acknowledged contributions, not in the books", figures.Lost, "none", figures.Lost == 0),
            new("findings of the ledger's check", figures.LedgerFindings, "none", figures.LedgerFindings == 0),
        ];
        Goal.Print(goals);
        return BenchmarkReport.Finish("ledger", wish.Json, new
        {
            Bench = "ledger",
            wish.Contributions,
            wish.Rounds,
            BenchmarkReport.Machine,
            Figures = figures,
            BookedPerSecond = booked,
            Ratio = ratio,
            Goals = goals,
            Met = goals.All(goal => goal.Met),
        });
    }

    private static void Row<T>(Table table, string name, IReadOnlyList<T> rounds, Func<T, double> figure) =>
        table.AddRow(name, Text(Median(rounds, figure), "N0"), Text(rounds.Min(figure), "N0"), Text(rounds.Max(figure), "N0"));

    private static double Median<T>(IReadOnlyList<T> rounds, Func<T, double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
