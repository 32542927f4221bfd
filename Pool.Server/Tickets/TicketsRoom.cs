using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pool.Server.Chain;
using Pool.Server.Settlement;
using Pool.Server.Tickets.Redemption;

namespace Pool.Server.Tickets;

/// <summary>Payments of gateways: believed off-chain, taken on-chain. With a chain, <see cref="IChainView"/> and <see cref="Signing.ISigner"/> must be there.</summary>
public static class TicketsRoom
{
    public static WebApplicationBuilder AddTickets(this WebApplicationBuilder builder)
    {
        var chain = builder.ReadChainOptions();
        builder.Services.TryAddSingleton(new TicketsNetwork(chain.IsOnChain, chain.Network));
        builder.Services.AddSingleton<IValidateOptions<TicketsOptions>, TicketsOptionsValidator>();
        builder.Services.AddOptions<TicketsOptions>().BindConfiguration(TicketsOptions.Section).ValidateOnStart();
        if (chain.IsOnChain)
        {
            builder.AddRedemption();
            builder.Services.AddPaidTickets();
        }

        builder.Services.TryAddSingleton<ITickets, OffChainTickets>();
        return builder;
    }

    /// <summary>The parts that take tickets.</summary>
    internal static IServiceCollection AddPaidTickets(this IServiceCollection services)
    {
        services.AddSingleton<PriceBook>();
        services.AddSingleton<TicketSecret>();
        services.AddSingleton<NonceBook>();
        services.AddSingleton<PaymentSessions>();
        services.AddSingleton<IDebitedBalances>(provider => provider.GetRequiredService<PaymentSessions>());
        services.AddSingleton<TicketDesk>();
        services.AddSingleton<TicketReceiver>();
        services.AddSingleton<PaymentMemory>();
        services.TryAddSingleton<ITickets, ChainTickets>();
        return services;
    }

    /// <summary>Before anybody is listened to, and after the journal is in the books and the chain was seen: the secret, balances, prices and nonces are back.</summary>
    public static async Task PrepareTicketsAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        if (services.GetRequiredService<TicketsNetwork>().IsOnChain)
        {
            services.GetRequiredService<TicketSecret>().Load();
            await services.GetRequiredService<PaymentMemory>().LoadAsync(cancellationToken);
        }
    }
}
