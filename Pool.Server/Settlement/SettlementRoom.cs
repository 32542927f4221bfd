using Microsoft.Extensions.DependencyInjection.Extensions;
using Pool.Server.Settlement.Books;
using Pool.Server.Settlement.Journaling;
using Pool.Server.Settlement.Partitions;

namespace Pool.Server.Settlement;

/// <summary>One settle record per segment, durable before the gateway is answered, and in the books soon after.</summary>
public static class SettlementRoom
{
    public static WebApplicationBuilder AddSettlement(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<SettlementOptions, SettlementOptionsValidator>().BindConfiguration(SettlementOptions.Section);
        builder.Services.TryAddSingleton<IJournalDisk, JournalDisk>();
        builder.Services.AddSingleton<Journal>();
        builder.Services.TryAddSingleton<IDebitedBalances, NoBalances>();
        builder.Services.AddSingleton<EpochClock>();
        builder.Services.AddSingleton<BookWriter>();
        builder.Services.AddSingleton<RefusedRecords>();
        builder.Services.AddSingleton<JournalCopier>();
        builder.Services.AddSingleton<BookKeeper>();
        builder.Services.AddHostedService(services => services.GetRequiredService<BookKeeper>());
        builder.Services.AddSingleton<ISettlement, JournalSettlement>();
        builder.Services.AddSingleton<PartitionTables>();
        builder.Services.AddSingleton<PartitionKeeper>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PartitionKeeper>());
        return builder;
    }

    /// <summary>Before anybody is listened to: the days ahead have their tables, and what an earlier process settled is in the books.</summary>
    /// <exception cref="Node.StartUpException">The journal is damaged.</exception>
    public static async Task PrepareSettlementAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        services.GetRequiredService<Journal>().Open();
        await services.GetRequiredService<PartitionKeeper>().MakeAheadAsync(cancellationToken);
        await services.GetRequiredService<BookKeeper>().ReplayAsync(cancellationToken);
    }
}
