using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using Pool.Server.Chain.Rpc;
using Pool.Server.Signing;

namespace Pool.Server.Chain.Outbox;

/// <summary>The door by which anything of ours gets onto the chain (ADR 0015).</summary>
public static class OutboxRoom
{
    /// <summary>Adds the outbox. It sends on a chain only; whoever has no chain does not ask for <see cref="IOutbox"/>.</summary>
    public static WebApplicationBuilder AddOutbox(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<OutboxOptions, OutboxOptionsValidator>().BindConfiguration(OutboxOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<OutboxOptions>, OutboxAmountsValidator>();
        builder.Services.AddMetrics();
        builder.Services.AddSingleton<OutboxMetrics>();
        builder.Services.AddSingleton<OutboxLog>();
        builder.Services.AddSingleton<OutboxDesk>();
        builder.Services.AddSingleton(services => new OutboxAccount(
            services.GetRequiredService<IEthereumRpc>().ChainId, services.GetRequiredService<ISigner>().Account));
        builder.Services.TryAddSingleton<IOutbox, PostgresOutbox>();
        builder.Services.AddSingleton(services => new OwnerBook(services.GetServices<IIntentOwner>()));
        builder.Services.AddSingleton(Parts);
        builder.Services.AddHostedService<OutboxService>();
        return builder;
    }

    private static OutboxParts Parts(IServiceProvider services)
    {
        var chain = services.GetRequiredService<IOptions<ChainOptions>>().Value;
        var options = services.GetRequiredService<IOptions<OutboxOptions>>().Value;
        return new OutboxParts(
            services.GetRequiredService<IEthereumRpc>(),
            services.GetRequiredService<ISigner>(),
            services.GetRequiredService<OwnerBook>(),
            FeePolicy.Of(chain, options),
            FinalityRule.Parse(chain.Finality),
            options,
            services.GetRequiredService<OutboxMetrics>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<OutboxLog>());
    }

    /// <summary>Sends while the server runs, where there is a chain.</summary>
    private sealed class OutboxService(IServiceProvider services, IOptions<ChainOptions> chain) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => chain.Value.IsOnChain
            ? new OutboxRunner(
                services.GetRequiredService<NpgsqlDataSource>(),
                services.GetRequiredService<OutboxAccount>(),
                services.GetRequiredService<OutboxParts>(),
                chain.Value.PollInterval).RunAsync(stoppingToken)
            : Task.CompletedTask;
    }
}
