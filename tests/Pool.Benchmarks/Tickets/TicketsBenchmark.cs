using System.CommandLine;
using System.Globalization;
using Npgsql;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Spectre.Console;

namespace Pool.Benchmarks.Tickets;

/// <summary>How many tickets a core takes in, from the header to the disk and the books, beside the bare recovery of their signatures.</summary>
internal static class TicketsBenchmark
{
    private const int DefaultPayments = 100;
    private const int MaxPayments = 10_000;
    private const int DefaultTickets = 100;
    private const int DefaultRounds = 5;
    private const int MaxRounds = 50;

    /// <summary>Tickets a second on one core.</summary>
    private const double GoalPerSecond = 4_000;

    private sealed record Wish(string? Json, int Payments, int Tickets, int Rounds);

    public static Command Command()
    {
        var json = BenchmarkReport.JsonOption();
        var payments = new Option<int>("--payments") { Description = "Payments of a round.", DefaultValueFactory = _ => DefaultPayments };
        var tickets = new Option<int>("--tickets") { Description = "Tickets of a payment.", DefaultValueFactory = _ => DefaultTickets };
        var rounds = new Option<int>("--rounds") { Description = "Measured rounds.", DefaultValueFactory = _ => DefaultRounds };
        var command = new Command("tickets", "Tickets from the header to the books against bare recovery of their signatures.") { json, payments, tickets, rounds };
        command.SetAction(result => RunAsync(
            new Wish(
                result.GetValue(json), Math.Clamp(result.GetValue(payments), 1, MaxPayments), Math.Clamp(result.GetValue(tickets), 1, PaymentTickets.MaxTickets),
                Math.Clamp(result.GetValue(rounds), 1, MaxRounds)),
            TimeProvider.System));
        return command;
    }

    private static async Task<int> RunAsync(Wish wish, TimeProvider time)
    {
        if (NativeSecp256k1.TryCreate() is null)
        {
            await Console.Error.WriteLineAsync("tickets: libsecp256k1 is not installed, so there is no yardstick");
            return 1;
        }

        try
        {
            await using var server = await PaidServer.StartAsync();
            var rounds = new TicketRounds(server, wish.Payments, wish.Tickets, time);
            var measured = new List<TicketRound>();
            for (var round = 0; round <= wish.Rounds; round++)
            {
                measured.Add(await rounds.RunAsync());
            }

            // In the first round everything is compiled and every file made.
            return Report(wish, measured[1..], rounds.Accepted, await rounds.CountLostAsync());
        }
        catch (Exception failure) when (failure is InvalidOperationException or NpgsqlException)
        {
            await Console.Error.WriteLineAsync($"tickets: {failure.Message}");
            return 1;
        }
    }

    private static int Report(Wish wish, IReadOnlyList<TicketRound> rounds, long accepted, long lost)
    {
        var perCore = Median(rounds, round => round.PerCore);
        var ratio = Median(rounds, round => round.PerCore / round.Recovered);
        var table = new Table().AddColumns("tickets a second", "median", "least", "most");
        Row(table, "taken in, durable and booked, on one core", rounds, round => round.PerCore);
        Row(table, "taken in and durable, all cores, on the clock", rounds, round => round.PerSecond);
        Row(table, "bare recovery of the same, on one core", rounds, round => round.Recovered);
        AnsiConsole.Write(table);
        Console.WriteLine($"ratio to bare recovery, core by core: {Text(ratio, "0.00")}");
        Goal[] goals =
        [
            Goal.AtLeast("tickets a second on one core", perCore, GoalPerSecond),
            new($"of {accepted} accepted tickets, not in the books", lost, "none", lost == 0),
        ];
        Goal.Print(goals);
        return BenchmarkReport.Finish("tickets", wish.Json, new
        {
            Bench = "tickets",
            wish.Payments,
            TicketsOfAPayment = wish.Tickets,
            wish.Rounds,
            BenchmarkReport.Machine,
            Figures = rounds,
            PerSecondOnOneCore = perCore,
            Ratio = ratio,
            Goals = goals,
            Met = goals.All(goal => goal.Met),
        });
    }

    private static void Row(Table table, string name, IReadOnlyList<TicketRound> rounds, Func<TicketRound, double> figure) =>
        table.AddRow(name, Text(Median(rounds, figure), "N0"), Text(rounds.Min(figure), "N0"), Text(rounds.Max(figure), "N0"));

    private static double Median(IReadOnlyList<TicketRound> rounds, Func<TicketRound, double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
