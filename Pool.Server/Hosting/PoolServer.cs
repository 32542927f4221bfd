using Microsoft.Extensions.Options;
using Pool.Server.Admin;
using Pool.Server.Chain;
using Pool.Server.Chain.Outbox;
using Pool.Server.Data;
using Pool.Server.Dispatch;
using Pool.Server.Ledger;
using Pool.Server.Livepeer;
using Pool.Server.Node;
using Pool.Server.Rounds;
using Pool.Server.Segments;
using Pool.Server.Sessions;
using Pool.Server.Settlement;
using Pool.Server.Signing;
using Pool.Server.Tickets;
using Pool.Server.Workers;

namespace Pool.Server.Hosting;

/// <summary>Composes the rooms into one process with two listeners.</summary>
public static class PoolServer
{
    /// <summary>Settings: <c>pool.json</c> in the home folder, then the environment, which wins.</summary>
    /// <exception cref="StartUpException"><c>pool.json</c> is not JSON.</exception>
    public static IConfigurationRoot Configuration()
    {
        var environment = PoolEnvironment.Read(Environment.GetEnvironmentVariables()).ToList();
        var home = new ConfigurationBuilder().AddInMemoryCollection(environment).Build()["Home"] ?? new NodeOptions().Home;
        try
        {
            return new ConfigurationBuilder()
                .AddJsonFile(Path.Combine(Path.GetFullPath(home), "pool.json"), optional: true)
                .AddInMemoryCollection(environment)
                .Build();
        }
        catch (InvalidDataException wrong)
        {
            throw new StartUpException($"{wrong.Message} {wrong.InnerException?.Message}".ReplaceLineEndings(" "), wrong);
        }
    }

    /// <summary>Builds the server from <paramref name="settings"/>; nothing is opened, written or listened to yet.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="time">The machine's clock; the system's when null.</param>
    /// <param name="replace">Puts other parts in the place of ours before the rooms add theirs.</param>
    public static WebApplication Build(IConfiguration settings, TimeProvider? time = null, Action<IServiceCollection>? replace = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "pool-server" });
        builder.Configuration.AddConfiguration(settings);
        builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                console.UseUtcTimestamp = true;
            })
            .AddFilter("Microsoft", LogLevel.Warning)
            .SetMinimumLevel(LogLevel.Information);
        builder.Services.AddSingleton<IValidateOptions<NodeOptions>, NodeOptionsValidator>();
        builder.Services.AddOptions<NodeOptions>().Bind(settings).ValidateOnStart();
        builder.Services.AddSingleton(new SteadyTime(time ?? TimeProvider.System));
        builder.Services.AddSingleton<TimeProvider>(services => services.GetRequiredService<SteadyTime>());
        builder.Services.AddHostedService<ClockWatch>();
        builder.Services.AddSingleton<OperatorToken>();
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        Listeners.Configure(builder);
        replace?.Invoke(builder.Services);

        builder.AddData().AddSigning().AddChain().AddOutbox().AddLedger().AddRounds().AddTickets().AddSegments().AddSettlement()
            .AddWorkers().AddDispatch().AddSessions().AddLivepeer().AddAdmin();

        var app = builder.Build();
        Listeners.Route(app, network: edge => edge.MapLivepeer(), web: pool =>
        {
            pool.MapWorkers();
            pool.MapDispatch();
            pool.MapAdmin();
        });
        return app;
    }

    /// <summary>What must be right before anybody is listened to: folders, space, secrets, database.</summary>
    public static async Task PrepareAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var node = services.GetRequiredService<IOptions<NodeOptions>>().Value;
        Directory.CreateDirectory(node.ServerFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        services.GetRequiredService<Spool>().Open();
        services.GetRequiredService<OperatorToken>().Load();
        services.GetRequiredService<NetworkIdentity>().Load();
        services.GetRequiredService<WebIdentity>().Load();
        services.GetRequiredService<ReceiptKey>().Load();
        await services.GetRequiredService<MigrationRunner>().RunAsync(cancellationToken);
        await PrepareChainAsync(services, cancellationToken);
        await services.PrepareSettlementAsync(cancellationToken);
        await services.PrepareTicketsAsync(cancellationToken);
    }

    /// <summary>Where there is a chain: the signer is there, and the chain was seen.</summary>
    /// <exception cref="StartUpException">One of them is not.</exception>
    public static async Task PrepareChainAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        if (!services.GetRequiredService<IOptions<ChainOptions>>().Value.IsOnChain)
        {
            return;
        }

        await services.ConnectSignerAsync(cancellationToken);
        await services.OpenChainAsync(cancellationToken);
    }
}
