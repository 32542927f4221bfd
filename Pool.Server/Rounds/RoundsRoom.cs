using Microsoft.Extensions.DependencyInjection.Extensions;
using Pool.Server.Chain;
using Pool.Server.Chain.Following;
using Pool.Server.Chain.Outbox;
using Pool.Server.Ledger;
using Pool.Server.Rounds.Income;
using Pool.Server.Settlement;

namespace Pool.Server.Rounds;

/// <summary>Rounds of the protocol: what they ask of an orchestrator, and what they bring. Off-chain there is none of it.</summary>
public static class RoundsRoom
{
    public static WebApplicationBuilder AddRounds(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<RoundsOptions, RoundsOptionsValidator>().BindConfiguration(RoundsOptions.Section);
        if (!builder.IsOnChain())
        {
            return builder;
        }

        builder.Services.AddSingleton<IEpochSource, RoundEpochs>();
        builder.Services.AddSingleton<FigureBook>();
        builder.Services.AddSingleton<ISeenLogs>(services => services.GetRequiredService<FigureBook>());
        builder.Services.AddSingleton<IncomeBooks>();
        builder.Services.AddSingleton<IFinalEventOwner>(services => services.GetRequiredService<IncomeBooks>());
        builder.Services.AddSingleton<IIntentOwner, DutyOutcomes>();
        builder.Services.AddSingleton<IChainFigures, HeldFigures>();
        builder.Services.AddHostedService<RoundKeeper>();
        return builder;
    }
}
