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
        var chain = builder.Configuration.GetSection(ChainOptions.Section).Get<ChainOptions>() ?? new ChainOptions();
        builder.Services.AddSingleton(new TicketsNetwork(chain.IsOnChain, chain.Network));
        builder.Services.AddSingleton<IValidateOptions<TicketsOptions>, TicketsOptionsValidator>();
        builder.Services.AddOptions<TicketsOptions>().BindConfiguration(TicketsOptions.Section).ValidateOnStart();
        if (!chain.IsOnChain)
        {
            builder.Services.TryAddSingleton<ITickets, OffChainTickets>();
            return builder;
        }

        builder.AddRedemption();
        builder.Services.AddSingleton<PriceBook>();
        builder.Services.AddSingleton<TicketSecret>();
        builder.Services.AddSingleton<NonceBook>();
        builder.Services.AddSingleton<PaymentSessions>();
        builder.Services.AddSingleton<IDebitedBalances>(services => services.GetRequiredService<PaymentSessions>());
        builder.Services.AddSingleton<TicketDesk>();
        builder.Services.AddSingleton<TicketReceiver>();
        builder.Services.AddSingleton<PaymentMemory>();
        builder.Services.TryAddSingleton<ITickets, ChainTickets>();
        return builder;
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
