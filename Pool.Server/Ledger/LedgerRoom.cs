namespace Pool.Server.Ledger;

/// <summary>Accounts and transfers, double entry, append-only; the only writer of balances (ADR 0012).</summary>
public static class LedgerRoom
{
    public static WebApplicationBuilder AddLedger(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<LedgerOptions, LedgerOptionsValidator>().BindConfiguration(LedgerOptions.Section);
        builder.Services.AddMetrics();
        builder.Services.AddSingleton<LedgerMetrics>();
        builder.Services.AddSingleton<ILedger, PostgresLedger>();
        builder.Services.AddSingleton<LedgerReader>();
        builder.Services.AddSingleton<LedgerCheck>();
        builder.Services.AddHostedService<NightlyCheck>();
        return builder;
    }
}
