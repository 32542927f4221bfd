using Pool.Server.Chain.Following;
using Pool.Server.Chain.Outbox;
using Pool.Server.Rounds;

namespace Pool.Server.Tickets.Redemption;

/// <summary>The part of the room that turns winning tickets into fees.</summary>
internal static class RedemptionRoom
{
    public static WebApplicationBuilder AddRedemption(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<RedemptionOptions, RedemptionOptionsValidator>().BindConfiguration(RedemptionOptions.Section);
        builder.Services.AddSingleton<PendingRedemptions>();
        builder.Services.AddSingleton<IPendingRedemptions>(services => services.GetRequiredService<PendingRedemptions>());
        builder.Services.AddSingleton<WinnerShelf>();
        builder.Services.AddSingleton<RedemptionBooks>();
        builder.Services.AddSingleton<IFinalEventOwner>(services => services.GetRequiredService<RedemptionBooks>());
        builder.Services.AddSingleton<IIntentOwner, RedemptionOutcomes>();
        builder.Services.AddSingleton<TicketRedeemer>();
        builder.Services.AddSingleton<IOpenRedemptions>(services => services.GetRequiredService<TicketRedeemer>());
        builder.Services.AddHostedService(services => services.GetRequiredService<TicketRedeemer>());
        return builder;
    }
}
