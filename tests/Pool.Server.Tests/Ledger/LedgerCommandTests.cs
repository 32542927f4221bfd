using System.Diagnostics;
using System.Text.Json;
using Pool.Server.Tests.Kit;
using static Pool.Server.Tests.Ledger.LedgerUnderTest;

namespace Pool.Server.Tests.Ledger;

/// <summary>The operator's command, as the program it is.</summary>
public sealed class LedgerCommandTests : IAsyncLifetime
{
    private LedgerUnderTest _ledger = null!;   // set before any test runs

    public async Task InitializeAsync()
    {
        _ledger = await LedgerUnderTest.StartAsync();
        await _ledger.PostAsync([.. Fund("fund", 50), Reserve("reserved", 20)]);
    }

    public async Task DisposeAsync() => await _ledger.DisposeAsync();

    [Fact]
    public async Task The_ledger_is_checked_on_command_and_the_exit_status_says_whether_it_is_right()
    {
        var right = await RunAsync("check", "--json");
        await _ledger.ExecuteAsync("ALTER TABLE accounts DISABLE TRIGGER USER; UPDATE accounts SET posted_credits = posted_credits + 1 WHERE code LIKE 'payee:%'");
        var wrong = await RunAsync("check");

        Assert.Equal((0, true, 3), (right.Status, Json(right.Output).GetProperty("isRight").GetBoolean(), Json(right.Output).GetProperty("transfers").GetInt32()));
        Assert.Equal(2, wrong.Status);
        Assert.Contains("WRONG", wrong.Output, StringComparison.Ordinal);
        Assert.Contains("sums: payee:0x1111", wrong.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_and_their_transfers_are_listed_for_people_and_programs()
    {
        var accounts = await RunAsync("accounts", "payee:", "--json");
        var screen = await RunAsync("accounts");
        var transfers = await RunAsync("transfers", Payable().Code, "--limit", "1");
        var nobody = await RunAsync("transfers", "nobody");

        Assert.Equal(("50", "20"), (Json(accounts.Output)[0].GetProperty("posted").GetString(), Json(accounts.Output)[0].GetProperty("reserved").GetString()));
        Assert.Contains("pool_wallet:ETH", screen.Output, StringComparison.Ordinal);
        Assert.Contains("0.00000000000000005 ETH", screen.Output, StringComparison.Ordinal);
        Assert.Contains("pending  payout, other side pool_wallet:ETH", transfers.Output, StringComparison.Ordinal);
        Assert.Equal(1, nobody.Status);
        Assert.Contains("There is no account nobody of ETH", nobody.Errors, StringComparison.Ordinal);
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private async Task<(int Status, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var home = Directory.CreateTempSubdirectory("pool-ledger-");
        try
        {
            var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pool-server.dll"), "ledger", .. arguments])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["POOL_HOME"] = home.FullName;
            start.Environment["POOL_DATABASE"] = _ledger.Database.Connection;
            using var process = Process.Start(start) ?? throw new InvalidOperationException("The command did not start.");
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(Patience.Limit);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }
}
