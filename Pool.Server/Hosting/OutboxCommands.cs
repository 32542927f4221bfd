using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pool.Server.Chain.Outbox;
using Pool.Server.Node;

namespace Pool.Server.Hosting;

/// <summary><c>pool-server outbox</c>: what is on its way onto the chain, straight from the database; and the two things only a person may say.</summary>
internal static class OutboxCommands
{
    /// <summary>Exit status while sending is halted.</summary>
    private const int Halted = 2;

    private const int DefaultLines = 20;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="guard">Turns faults into one line and an exit status.</param>
    public static Command Create(Func<Func<Task<int>>, Task<int>> guard)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON; amounts are decimal strings of wei." };
        var limit = new Option<int>("--limit") { Description = $"Lines of each kind, at most {OutboxDesk.MaxLines}.", DefaultValueFactory = _ => DefaultLines };
        var nonce = new Argument<ulong>("NONCE") { Description = "The number that the outbox has named." };
        var key = new Argument<string>("KEY") { Description = "The intent's key." };

        var accept = new Command("accept", "Go on after the key was used elsewhere, when you know why.") { nonce };
        accept.SetAction((parsed, stop) => guard(() => AcceptAsync(parsed.GetValue(nonce), stop)));
        var cancel = new Command("cancel", "Give an intent up: its nonce goes to a transaction that does nothing, if that is still in time.") { key };
        cancel.SetAction((parsed, stop) => guard(() => CancelAsync(parsed.GetValue(key) ?? "", stop)));
        var outbox = new Command("outbox", "Show what is on its way onto the chain and what ended last. Exit status 2: sending is halted.") { json, limit, accept, cancel };
        outbox.SetAction((parsed, stop) => guard(() => ShowAsync(parsed.GetValue(json), parsed.GetValue(limit), stop)));
        return outbox;
    }

    private static async Task<int> ShowAsync(bool asJson, int limit, CancellationToken cancellationToken)
    {
        await using var app = Build();
        var report = await app.Services.GetRequiredService<OutboxDesk>().ReadAsync(limit, cancellationToken);
        await Console.Out.WriteAsync(asJson ? JsonSerializer.Serialize(report, s_json) + "\n" : Screen(report));
        return report.Accounts.Any(account => account.Halt.Length > 0) ? Halted : 0;
    }

    private static async Task<int> AcceptAsync(ulong nonce, CancellationToken cancellationToken)
    {
        await using var app = Build();
        if (!await app.Services.GetRequiredService<OutboxDesk>().AcceptAsync(nonce, cancellationToken))
        {
            throw new StartUpException($"The outbox has not named {nonce}: pool-server outbox shows what can be accepted.");
        }

        await Console.Out.WriteLineAsync($"Accepted: nonces below {nonce} that were used elsewhere are known. Sending goes on when the server has looked again.");
        return 0;
    }

    private static async Task<int> CancelAsync(string key, CancellationToken cancellationToken)
    {
        await using var app = Build();
        if (!await app.Services.GetRequiredService<OutboxDesk>().CancelAsync(key, cancellationToken))
        {
            throw new StartUpException($"There is no open intent {key}: pool-server outbox lists them.");
        }

        await Console.Out.WriteLineAsync($"Asked. Whether {key} was still in time is known when it is final: pool-server outbox");
        return 0;
    }

    private static WebApplication Build() =>
        PoolServer.Build(PoolServer.Configuration(), replace: services => services.AddLogging(logging => logging.ClearProviders()));

    private static string Screen(OutboxReport report)
    {
        var screen = new StringBuilder();
        foreach (var account in report.Accounts)
        {
            screen.AppendLine($"{account.Account} on chain {account.ChainId}, next nonce {account.NextNonce}{(account.Halt.Length > 0 ? $": HALTED: {account.Halt}" : "")}");
        }

        Add(screen, "OPEN", report.Open);
        Add(screen, "ENDED", report.Ended);
        return screen.ToString();
    }

    private static void Add(StringBuilder screen, string title, IReadOnlyList<OutboxLine> lines)
    {
        screen.AppendLine(lines.Count == 0 ? $"{title}: none" : title);
        foreach (var line in lines)
        {
            var when = (line.FinalAt ?? line.PlacedAt).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            screen.AppendLine($"  {when}  {line.State,-8} {line.Key}  {line.Purpose}, nonce {line.Nonce?.ToString() ?? "-"}, {line.Attempts} signed, {line.Transaction ?? "-"}");
            if (line.Alarm.Length + line.Detail.Length > 0)
            {
                screen.AppendLine($"      {(line.Alarm.Length > 0 ? $"ALARM: {line.Alarm}" : line.Detail)}");
            }
        }
    }
}
