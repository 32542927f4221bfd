using System.Diagnostics;
using System.Text.Json;
using Pool.Server.Tests.Kit;
using static Pool.Server.Tests.Chain.Outbox.OutboxUnderTest;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>The operator's command, as the program it is.</summary>
public sealed class OutboxCommandTests : IAsyncLifetime
{
    private OutboxUnderTest _outbox = null!;   // set before any test runs

    public async Task InitializeAsync() => _outbox = await StartAsync();

    public async Task DisposeAsync() => await _outbox.DisposeAsync();

    [Fact]
    public async Task Open_and_ended_intents_are_shown_and_the_exit_status_says_whether_sending_is_halted()
    {
        await _outbox.PlaceAsync("reward/1");
        await _outbox.SettleAsync();
        _outbox.Signer.Refused.Add(Hex("reward/2"));
        await _outbox.PlaceAsync("reward/2");
        await _outbox.PassAsync();
        var fine = await RunAsync("--json");
        _outbox.Chain.MineForeign(_outbox.Key);
        await _outbox.PassAsync();
        var halted = await RunAsync();

        var report = JsonElement.Parse(fine.Output);
        Assert.Equal((0, "reward/2", "reward/1"), (fine.Status, report.GetProperty("open")[0].GetProperty("key").GetString(), report.GetProperty("ended")[0].GetProperty("key").GetString()));
        Assert.Equal(2, halted.Status);
        Assert.Contains("HALTED: the key of", halted.Output, StringComparison.Ordinal);
        Assert.Contains("ALARM: the signer does not sign it: PerDay:Reward", halted.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_a_person_may_say_is_taken_when_it_fits()
    {
        await _outbox.PassAsync();
        _outbox.Chain.MineForeign(_outbox.Key);
        await _outbox.PlaceAsync("a");
        await _outbox.PassAsync();
        var wrong = await RunAsync("accept", "7");
        var accepted = await RunAsync("accept", "1");
        var cancelled = await RunAsync("cancel", "a");
        var nothing = await RunAsync("cancel", "b");
        await _outbox.PassAsync();

        Assert.Equal((1, 0, 0, 1), (wrong.Status, accepted.Status, cancelled.Status, nothing.Status));
        Assert.Equal(("", "refused"), (await _outbox.HaltAsync(), (await _outbox.LineAsync("a")).State));
    }

    private async Task<(int Status, string Output)> RunAsync(params string[] arguments)
    {
        var home = Directory.CreateTempSubdirectory("pool-outbox-");
        try
        {
            var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pool-server.dll"), "outbox", .. arguments])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            };
            start.Environment["POOL_HOME"] = home.FullName;
            start.Environment["POOL_DATABASE"] = _outbox.Database.Connection;
            using var process = Process.Start(start) ?? throw new InvalidOperationException("The command did not start.");
            var output = process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(Patience.Limit);
            return (process.ExitCode, await output);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }
}
