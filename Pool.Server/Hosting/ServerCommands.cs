using System.CommandLine;
using Microsoft.Extensions.Options;
using Pool.Server.Admin;
using Pool.Server.Data;
using Pool.Server.Node;

namespace Pool.Server.Hosting;

/// <summary>The command line of <c>pool-server</c>.</summary>
public static class ServerCommands
{
    public static Task<int> RunAsync(string[] args)
    {
        var json = new Option<bool>("--json") { Description = "Print the status as JSON." };
        var run = new Command("run", "Run the server in the foreground until SIGTERM or Ctrl-C.");
        run.SetAction((_, cancellationToken) => GuardAsync(() => RunServerAsync(cancellationToken)));
        var migrate = new Command("migrate", "Bring the database up to date and end.");
        migrate.SetAction((_, cancellationToken) => GuardAsync(() => MigrateAsync(cancellationToken)));
        var status = new Command("status", "Show workers, sessions and totals of the running server.") { json };
        status.SetAction((parsed, cancellationToken) =>
            GuardAsync(() => StatusCommand.RunAsync(LoadSettings(), parsed.GetValue(json), Console.Out, cancellationToken)));
        var health = new Command("health", "Ask the running server of this machine whether it is ready.");
        health.SetAction((_, cancellationToken) => GuardAsync(() => HealthCommand.RunAsync(LoadSettings(), Console.Out, cancellationToken)));

        var chainJson = new Option<bool>("--json") { Description = "Print JSON; amounts are decimal strings of wei." };
        var chain = new Command("chain", "Show the orchestrator of the running server on its chain: stake, cuts, round, fees, winning tickets, rewards, alarms.") { chainJson };
        chain.SetAction((parsed, cancellationToken) =>
            GuardAsync(() => StatusCommand.RunChainAsync(LoadSettings(), parsed.GetValue(chainJson), Console.Out, cancellationToken)));

        var root = new RootCommand("Pool.Server: a Livepeer orchestrator whose segments are transcoded by the pool's workers.")
        {
            run, migrate, status, health, LedgerCommands.Create(GuardAsync), OutboxCommands.Create(GuardAsync), SignerCommands.Create(GuardAsync),
            chain, RegisterCommand.Create(GuardAsync),
        };
        return root.Parse(args).InvokeAsync();
    }

    private static NodeOptions LoadSettings()
    {
        var node = new NodeOptions();
        PoolServer.Configuration().Bind(node);
        return node;
    }

    private static async Task<int> RunServerAsync(CancellationToken cancellationToken)
    {
        await using var app = PoolServer.Build(PoolServer.Configuration());
        await PoolServer.PrepareAsync(app.Services, cancellationToken);
        await app.StartAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static async Task<int> MigrateAsync(CancellationToken cancellationToken)
    {
        await using var app = PoolServer.Build(PoolServer.Configuration());
        var applied = await app.Services.GetRequiredService<MigrationRunner>().RunAsync(cancellationToken);
        Console.WriteLine(applied.Count == 0 ? "The database is up to date." : $"Applied {string.Join(", ", applied)}.");
        return 0;
    }

    private static async Task<int> GuardAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (OptionsValidationException wrong)
        {
            await Console.Error.WriteLineAsync($"pool-server: {string.Join(" ", wrong.Failures)}");
        }
        catch (Exception exception) when (StartUpFaults.Explain(exception) is { } sentence)
        {
            await Console.Error.WriteLineAsync($"pool-server: {sentence}");
        }

        return 1;
    }
}
