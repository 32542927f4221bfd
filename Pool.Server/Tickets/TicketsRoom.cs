using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pool.Server.Tickets;

/// <summary>Payments of gateways.</summary>
public static class TicketsRoom
{
    public static WebApplicationBuilder AddTickets(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton<ITickets, OffChainTickets>();
        return builder;
    }
}
