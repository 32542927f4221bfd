using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pool.Server.Admin;
using Pool.Server.Ledger;
using Pool.Server.Node;

namespace Pool.Server.Hosting;

/// <summary><c>pool-server ledger</c>: reads the books straight from the database, so it works also while no server runs. It changes nothing.</summary>
internal static class LedgerCommands
{
    /// <summary>Exit status of a check that found something: neither right nor failed.</summary>
    private const int Wrong = 2;

    private const int DefaultLines = 50;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new DigitsJson() } };

    /// <param name="guard">Turns faults into one line and an exit status.</param>
    public static Command Create(Func<Func<Task<int>>, Task<int>> guard)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON; amounts are decimal strings of base units." };
        var limit = new Option<int>("--limit") { Description = $"Lines, at most {LedgerReader.MaxLines}.", DefaultValueFactory = _ => DefaultLines };
        var prefix = new Argument<string>("PREFIX") { Description = "How the names of the accounts begin, e.g. payee:0x12.", DefaultValueFactory = _ => "" };
        var code = new Argument<string>("ACCOUNT") { Description = "Name of the account." };
        var asset = new Option<string>("--asset") { Description = "ETH, ETH-CLAIM or LPT.", DefaultValueFactory = _ => Asset.Eth.Code() };

        var check = new Command("check", "Prove all sums and compare with the chain. Exit status 2: something is wrong.") { json };
        check.SetAction((parsed, stop) => guard(() => CheckAsync(parsed.GetValue(json), stop)));
        var accounts = new Command("accounts", "List accounts and what is in them.") { prefix, limit, json };
        accounts.SetAction((parsed, stop) => guard(() => AccountsAsync(parsed.GetValue(prefix) ?? "", parsed.GetValue(limit), parsed.GetValue(json), stop)));
        var transfers = new Command("transfers", "List the latest transfers of an account.") { code, asset, limit, json };
        transfers.SetAction((parsed, stop) => guard(() => TransfersAsync(
            parsed.GetValue(code) ?? "", parsed.GetValue(asset) ?? "", parsed.GetValue(limit), parsed.GetValue(json), stop)));
        return new Command("ledger", "Read the money ledger: check, accounts, transfers.") { check, accounts, transfers };
    }

    private static async Task<int> CheckAsync(bool asJson, CancellationToken cancellationToken)
    {
        await using var app = Build();
        await PoolServer.PrepareChainAsync(app.Services, cancellationToken);
        var report = await app.Services.GetRequiredService<LedgerCheck>().RunAsync(cancellationToken);
        Print(asJson, report, () => LedgerScreen.Of(report));
        return report.IsRight ? 0 : Wrong;
    }

    private static async Task<int> AccountsAsync(string prefix, int limit, bool asJson, CancellationToken cancellationToken)
    {
        await using var app = Build();
        var accounts = await app.Services.GetRequiredService<LedgerReader>().AccountsAsync(prefix, limit, cancellationToken);
        Print(asJson, accounts, () => LedgerScreen.Of(accounts));
        return 0;
    }

    private static async Task<int> TransfersAsync(string code, string asset, int limit, bool asJson, CancellationToken cancellationToken)
    {
        await using var app = Build();
        var transfers = await app.Services.GetRequiredService<LedgerReader>().TransfersAsync(code, asset, limit, cancellationToken)
            ?? throw new StartUpException($"There is no account {code} of {asset}: pool-server ledger accounts lists them.");
        Print(asJson, transfers, () => LedgerScreen.Of(asset, transfers));
        return 0;
    }

    /// <summary>Without a log: what is found is what is printed.</summary>
    private static WebApplication Build() =>
        PoolServer.Build(PoolServer.Configuration(), replace: services => services.AddLogging(logging => logging.ClearProviders()));

    private static void Print<T>(bool asJson, T value, Func<string> screen) => Console.Out.Write(asJson ? JsonSerializer.Serialize(value, s_json) + "\n" : screen());

    private sealed class DigitsJson : JsonConverter<BigInteger>
    {
        public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            BigInteger.Parse(reader.GetString() ?? "", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

        public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }
}
